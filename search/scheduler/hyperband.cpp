#include "search/scheduler/hyperband.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {

Hyperband::Hyperband(Options options) : options_(std::move(options)) {
    for (const HyperbandBracket& plan : options_.plan) {
        Bracket& bracket = brackets_.emplace_back();
        bracket.rounds.resize(plan.rounds.size());
        bracket.plan = plan;
    }
}

void Hyperband::tell(const Event& event) {
    std::visit([this](const auto& e) { on(e); }, event);
}

void Hyperband::on(const Proposed& event) {
    const auto at = std::find_if(brackets_.begin(), brackets_.end(),
                                 [&](const Bracket& b) { return b.plan.s == event.bracket; });
    QUENCH_CHECK(at != brackets_.end(), "a trial was proposed to a bracket that does not exist");
    Trial trial;
    trial.bracket = static_cast<std::size_t>(at - brackets_.begin());
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    ++open_;
    ++at->started;
    ++at->rounds.front().running;
}

void Hyperband::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end()) return;
    Trial& trial = found->second;
    Bracket& bracket = brackets_[trial.bracket];
    if (trial.stage != Stage::training || event.step < bracket.plan.rounds[trial.round]) return;
    trial.stage = Stage::waiting;
    --bracket.rounds[trial.round].running;
    bracket.rounds[trial.round].results.insert(make_result(event.value, event.trial));
    if (trial.round < bracket.round) stop_latecomer(event.trial, trial);
    judge_if_complete(bracket);
}

void Hyperband::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    if (event.verdict == Verdict::stop) {
        end(event.trial, true);
    } else if (event.verdict == Verdict::proceed && trial.judged) {
        Bracket& bracket = brackets_[trial.bracket];
        ++bracket.rounds[trial.round].promoted;
        drop_judgement(event.trial, trial);
        trial.round = bracket.round;
        trial.stage = Stage::training;
        ++bracket.rounds[trial.round].running;
    }
}

/// Judging does not wait for processes to leave; that is the dispatcher's concern.
void Hyperband::on(const Released& /*event*/) {}

void Hyperband::on(const Ended& event) {
    end(event.trial, event.how != Ending::completed && event.how != Ending::stopped);
}

void Hyperband::on(const ProposalsEnded& /*event*/) {
    proposals_ended_ = true;
    for (Bracket& bracket : brackets_) judge_if_complete(bracket);
}

void Hyperband::end(TrialId id, bool badly) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    Bracket& bracket = brackets_[trial.bracket];
    if (trial.stage == Stage::training) {
        --bracket.rounds[trial.round].running;
        if (badly) bracket.rounds[trial.round].results.insert({std::numeric_limits<double>::infinity(), id});
    }
    drop_judgement(id, trial);
    trial.stage = Stage::over;
    --open_;
    judge_if_complete(bracket);
}

void Hyperband::drop_judgement(TrialId id, Trial& trial) {
    if (!trial.judged) return;
    trial.judged = false;
    --brackets_[trial.bracket].undecided;
    // Judgements are given in order, so this one is the first as a rule.
    due_.erase(std::find_if(due_.begin(), due_.end(), [&](const Judgement& j) { return j.trial == id; }));
}

bool Hyperband::complete(const Bracket& bracket) const {
    if (bracket.round == bracket.rounds.size() || bracket.undecided > 0) return false;
    if (bracket.rounds[bracket.round].running > 0) return false;
    return bracket.round > 0 || bracket.started >= bracket.plan.trials || proposals_ended_;
}

void Hyperband::judge_if_complete(Bracket& bracket) {
    if (complete(bracket)) judge(bracket);
}

void Hyperband::judge(Bracket& bracket) {
    const Standing& results = bracket.rounds[bracket.round].results;
    const bool last = bracket.round + 1 == bracket.rounds.size();
    const std::size_t size = bracket.round == 0 ? bracket.started : bracket.slots;
    const std::size_t keep = last ? 0 : hyperband_keeps(size, options_.eta);
    std::size_t survivors = 0;
    for (std::size_t rank = 0; rank < results.size(); ++rank) {
        Trial& trial = trials_.at(results.at_rank(rank)->trial);
        if (trial.stage != Stage::waiting) continue;
        due_.push_back(judgement(bracket, rank, keep));
        trial.judged = true;
        ++bracket.undecided;
        if (rank < keep) ++survivors;
    }
    bracket.slots = keep;
    bracket.round = survivors > 0 ? bracket.round + 1 : bracket.rounds.size();
}

Judgement Hyperband::judgement(const Bracket& bracket, std::size_t rank, std::size_t keep) const {
    const Standing& results = bracket.rounds[bracket.round].results;
    const Resource at = bracket.plan.rounds[bracket.round];
    Judgement judgement;
    judgement.trial = results.at_rank(rank)->trial;
    judgement.step = at;
    judgement.verdict = Verdict::stop;
    judgement.reason =
        fmt::format("rank {} of {} at {}", rank + 1, results.size(), amount_text(at, options_.unit));
    if (keep == 0) {
        judgement.reason =
            fmt::format("reached {}, the maximum: {}", amount_text(at, options_.unit), judgement.reason);
        return judgement;
    }
    judgement.threshold = finite_value_at(results, keep - 1);
    if (rank < keep) {
        judgement.verdict = Verdict::proceed;
        judgement.to = bracket.plan.rounds[bracket.round + 1];
        judgement.reason += fmt::format(": the best {} go on to {}", keep, judgement.to);
    } else {
        judgement.reason += fmt::format(": only the best {} go on", keep);
    }
    return judgement;
}

/// A proposal can be under way when proposals end and its bracket goes on without it.
void Hyperband::stop_latecomer(TrialId id, Trial& trial) {
    Bracket& bracket = brackets_[trial.bracket];
    Judgement judgement;
    judgement.trial = id;
    judgement.step = bracket.plan.rounds[trial.round];
    judgement.verdict = Verdict::stop;
    judgement.reason = "its round was judged before it was proposed";
    due_.push_back(std::move(judgement));
    trial.judged = true;
    ++bracket.undecided;
}

std::vector<Judgement> Hyperband::judgements_due() const {
    return {due_.begin(), due_.end()};
}

Job Hyperband::next_job() const {
    if (!proposals_ended_)
        for (const Bracket& bracket : brackets_)
            if (bracket.started < bracket.plan.trials)
                return Start{.bracket = bracket.plan.s, .to = bracket.plan.rounds.front()};
    if (open_ > 0) return Wait{fmt::format("{} trials are still in their rounds", open_)};
    return Finished{proposals_ended_ ? "all trials that were proposed have ended"
                                     : "all brackets are complete"};
}

std::vector<Rung> Hyperband::rungs() const {
    std::vector<Rung> table;
    for (const Bracket& bracket : brackets_) {
        const std::size_t trials = proposals_ended_ ? bracket.started : bracket.plan.trials;
        const auto sizes = hyperband_sizes(bracket.plan, trials, options_.eta);
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            const Round& round = bracket.rounds[i];
            Rung& rung = table.emplace_back();
            rung.bracket = bracket.plan.s;
            rung.at = bracket.plan.rounds[i];
            rung.running = round.running;
            rung.arrived = round.results.size();
            rung.promoted = round.promoted;
            rung.planned = sizes[i];
            rung.best = finite_value_at(round.results, 0);
        }
    }
    return table;
}

std::optional<Resource> Hyperband::planned_resource() const {
    Resource planned = 0;
    for (const Bracket& bracket : brackets_)
        planned += hyperband_resource(bracket.plan, proposals_ended_ ? bracket.started : bracket.plan.trials,
                                      options_.eta);
    return planned;
}

std::unique_ptr<Scheduler> Hyperband::clone() const {
    return std::make_unique<Hyperband>(*this);
}

}  // namespace quench::search::scheduler

#include "search/scheduler/asha_stopping.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {

AshaStopping::AshaStopping(Options options)
    : options_(std::move(options)), shares_(options_.min, options_.max, options_.eta, options_.brackets) {
    QUENCH_CHECK(options_.min >= 1 && options_.max >= options_.min && options_.eta >= 2,
                 "ASHA needs 1 <= min <= max and eta >= 2");
    for (int bracket = 0; bracket < options_.brackets; ++bracket) {
        auto& levels = brackets_.emplace_back();
        for (const Resource at : ladder(options_.min, options_.max, options_.eta, bracket))
            levels.emplace_back().at = at;
    }
}

void AshaStopping::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) on(*proposed);
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) on(*ended);
    if (std::holds_alternative<ProposalsEnded>(event)) proposals_ended_ = true;
}

void AshaStopping::on(const Proposed& event) {
    QUENCH_CHECK(event.bracket >= 0 && event.bracket < options_.brackets,
                 "a trial was proposed to a bracket that does not exist");
    Trial trial;
    trial.bracket = static_cast<std::size_t>(event.bracket);
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    shares_.started(event.bracket);
    ++brackets_[trial.bracket].front().running;
    ++open_;
}

void AshaStopping::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end()) return;
    Trial& trial = found->second;
    auto& levels = brackets_[trial.bracket];
    const Result result = make_result(event.value, event.trial);
    while (trial.stage == Stage::training && event.step >= levels[trial.rung].at) {
        Level& level = levels[trial.rung];
        level.results.insert(result);
        --level.running;
        const bool top = trial.rung + 1 == levels.size();
        Judgement next = judgement(level, top, result);
        if (next.verdict == Verdict::stop) {
            next.step = event.step;
            trial.stage = Stage::judged;
            due_.push_back(std::move(next));
            return;
        }
        ++level.passed;
        ++levels[++trial.rung].running;
    }
}

Judgement AshaStopping::judgement(const Level& level, bool top, const Result& result) const {
    Judgement next;
    next.trial = result.trial;
    const std::size_t rank = level.results.rank_of(result);
    const std::size_t n = level.results.size();
    next.reason = fmt::format("rank {} of {} at {}", rank + 1, n, amount_text(level.at, options_.unit));
    const auto eta = static_cast<std::size_t>(options_.eta);
    if (top) {
        next.verdict = Verdict::stop;
        next.reason =
            fmt::format("reached {}, the maximum: {}", amount_text(level.at, options_.unit), next.reason);
    } else if (rank * eta > n) {
        next.verdict = Verdict::stop;
        next.reason += fmt::format(": the best {} go on", n / eta + 1);
        next.threshold = finite_value_at(level.results, n / eta);
    } else {
        next.verdict = Verdict::proceed;
    }
    return next;
}

void AshaStopping::on(const Judged& event) {
    if (event.verdict != Verdict::stop) return;  // none of ours; a wrapper's changes nothing here
    const auto found = trials_.find(event.trial);
    if (found == trials_.end()) return;
    forget_judgement(event.trial);
    Trial& trial = found->second;
    if (trial.stage != Stage::training) return;
    Level& level = brackets_[trial.bracket][trial.rung];
    --level.running;
    level.results.insert({std::numeric_limits<double>::infinity(), event.trial});
    trial.stage = Stage::judged;
}

void AshaStopping::on(const Ended& event) {
    end(event.trial, event.how != Ending::completed && event.how != Ending::stopped);
}

void AshaStopping::end(TrialId id, bool badly) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    forget_judgement(id);
    if (trial.stage == Stage::training) {
        Level& level = brackets_[trial.bracket][trial.rung];
        --level.running;
        if (badly) level.results.insert({std::numeric_limits<double>::infinity(), id});
    }
    trial.stage = Stage::over;
    --open_;
}

void AshaStopping::forget_judgement(TrialId id) {
    // Judgements are given in order, so this one is the first as a rule.
    const auto at = std::find_if(due_.begin(), due_.end(), [&](const Judgement& j) { return j.trial == id; });
    if (at != due_.end()) due_.erase(at);
}

std::vector<Judgement> AshaStopping::judgements_due() const {
    return {due_.begin(), due_.end()};
}

Job AshaStopping::next_job() const {
    if (!proposals_ended_) return Start{.bracket = shares_.next(), .to = options_.max};
    if (open_ > 0) return Wait{fmt::format("{} trials are still being trained", open_)};
    return Finished{"all trials have ended"};
}

std::vector<Rung> AshaStopping::rungs() const {
    std::vector<Rung> table;
    for (std::size_t bracket = 0; bracket < brackets_.size(); ++bracket)
        for (const Level& level : brackets_[bracket]) {
            Rung& rung = table.emplace_back();
            rung.bracket = static_cast<int>(bracket);
            rung.at = level.at;
            rung.running = level.running;
            rung.arrived = level.results.size();
            rung.promoted = level.passed;
            rung.best = finite_value_at(level.results, 0);
        }
    return table;
}

std::unique_ptr<Scheduler> AshaStopping::clone() const {
    return std::make_unique<AshaStopping>(*this);
}

}  // namespace quench::search::scheduler

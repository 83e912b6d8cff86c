#include "search/scheduler/swift_hyperband.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

constexpr std::size_t promises_remembered = 200;
constexpr std::size_t promises_compared = 12;

}  // namespace

SwiftHyperband::SwiftHyperband(Options options)
    : options_(std::move(options)), curves_(options_.plan.front().rounds.back()) {
    for (const HyperbandBracket& plan : options_.plan) {
        Bracket& bracket = brackets_.emplace_back();
        bracket.plan = plan;
        bracket.risked.resize(plan.rounds.size());
        Resource from = 0;
        for (std::size_t round = 0; round < plan.rounds.size(); ++round) {
            const Resource target = plan.rounds[round];
            Resource last = from;
            for (const double share : options_.decisions) {
                const auto length = std::ceil(static_cast<double>(target - from) * share);
                const Resource at = from + std::max<Resource>(1, static_cast<Resource>(length));
                if (at <= last || at >= target) continue;
                bracket.stops.emplace_back();
                bracket.stops.back().round = round;
                bracket.stops.back().at = last = at;
            }
            Stop& stop = bracket.stops.emplace_back();
            stop.round = round;
            stop.at = target;
            stop.target = true;
            from = target;
        }
    }
}

void SwiftHyperband::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) on(*proposed);
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) on(*ended);
    if (!std::holds_alternative<ProposalsEnded>(event)) return;
    proposals_ended_ = true;
    for (std::size_t bracket = 0; bracket < brackets_.size(); ++bracket) go_on(bracket);
}

void SwiftHyperband::on(const Proposed& event) {
    const auto at = std::find_if(brackets_.begin(), brackets_.end(),
                                 [&](const Bracket& b) { return b.plan.s == event.bracket; });
    QUENCH_CHECK(at != brackets_.end(), "a trial was proposed to a bracket that does not exist");
    Trial trial;
    trial.bracket = static_cast<std::size_t>(at - brackets_.begin());
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    order_.push_back(event.trial);
    ++open_;
    ++at->started;
    ++at->stops.front().admitted;
}

void SwiftHyperband::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    if (event.step <= trial.reached) return;
    trial.reached = event.step;
    curves_.add(event.trial, event.step, event.value);
    Bracket& bracket = brackets_[trial.bracket];
    Stop& stop = bracket.stops[trial.stop];
    if (stop.round == 0) trial.unselected = event.step;
    keep_promises(trial, event.value);
    if (trial.stage != Stage::training || event.step < stop.at) return;
    trial.stage = Stage::waiting;
    trial.value = event.value;
    ++stop.arrived;
    stop.results.insert(make_result(event.value, event.trial));
    if (stop.judged)
        make_due({.trial = event.trial,
                  .step = event.step,
                  .verdict = Verdict::stop,
                  .to = 0,
                  .reason = "its round was judged before it was proposed",
                  .forecast = {},
                  .threshold = {}});
    else
        go_on(trial.bracket);
}

/// Whose forecasts were nearer, the last value's or the predictor's?
void SwiftHyperband::keep_promises(Trial& trial, double value) {
    std::erase_if(trial.promises, [&](const Promise& promise) {
        if (trial.reached < promise.target) return false;
        const double error = std::abs(value - promise.forecast);
        const double rival = std::abs(value - promise.rival_forecast);
        if (error != rival) nearer_.push_back((rival < error) == promise.by_last_value);
        if (nearer_.size() > promises_remembered) nearer_.pop_front();
        return true;
    });
}

bool SwiftHyperband::predictor_leads() const {
    const auto count = static_cast<double>(nearer_.size());
    const auto wins = static_cast<double>(std::count(nearer_.begin(), nearer_.end(), true));
    return nearer_.size() >= promises_compared && wins > 0.5 * count + std::sqrt(count);
}

void SwiftHyperband::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    Bracket& bracket = brackets_[trial.bracket];
    if (event.verdict == Verdict::stop) {
        if (trial.stage == Stage::waiting && event.evidence)
            bracket.risked[bracket.stops[trial.stop].round] += event.evidence->chance;
        return end(event.trial, true);
    }
    if (event.verdict != Verdict::proceed || trial.stage != Stage::waiting || !trial.judged ||
        trial.stop + 1 == bracket.stops.size())
        return;
    if (event.forecast && event.evidence && event.evidence->rival_forecast)
        trial.promises.push_back({.target = event.evidence->target,
                                  .forecast = *event.forecast,
                                  .rival_forecast = *event.evidence->rival_forecast,
                                  .by_last_value = event.evidence->predictor == "last"});
    drop_judgement(event.trial, trial);
    ++bracket.stops[trial.stop].promoted;
    ++trial.stop;
    ++bracket.stops[trial.stop].admitted;
    trial.stage = Stage::training;
    go_on(trial.bracket);
}

void SwiftHyperband::on(const Ended& event) {
    end(event.trial, event.how != Ending::completed && event.how != Ending::stopped);
}

void SwiftHyperband::end(TrialId id, bool badly) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    Stop& stop = brackets_[trial.bracket].stops[trial.stop];
    if (trial.stage == Stage::training) {
        ++stop.arrived;
        if (badly) stop.results.insert({std::numeric_limits<double>::infinity(), id});
    }
    drop_judgement(id, trial);
    trial.stage = Stage::over;
    trial.promises.clear();
    --open_;
    go_on(trial.bracket);
}

void SwiftHyperband::make_due(Judgement judgement) {
    Trial& trial = trials_.at(judgement.trial);
    trial.judged = true;
    ++brackets_[trial.bracket].stops[trial.stop].undecided;
    due_.push_back(std::move(judgement));
}

void SwiftHyperband::drop_judgement(TrialId id, Trial& trial) {
    if (!trial.judged) return;
    trial.judged = false;
    Stop& stop = brackets_[trial.bracket].stops[trial.stop];
    if (--stop.undecided == 0) stop.work = nullptr;
    // Judgements are given in order, so this one is the first as a rule. Those of a decision are not in the
    // list.
    const auto at = std::find_if(due_.begin(), due_.end(), [&](const Judgement& j) { return j.trial == id; });
    if (at != due_.end()) due_.erase(at);
}

/// Trials of the round, as they are planned or, once proposals have ended, as many as there are.
std::size_t SwiftHyperband::slots(const Bracket& bracket, std::size_t round) const {
    std::size_t size = proposals_ended_ ? bracket.started : bracket.plan.trials;
    for (std::size_t i = 0; i < round; ++i) size = hyperband_keeps(size, options_.eta);
    return size;
}

/// So many go on from the stop's round; from the last one the best is all that is wanted.
std::size_t SwiftHyperband::places(const Bracket& bracket, const Stop& stop) const {
    if (stop.round + 1 == bracket.plan.rounds.size()) return 1;
    return hyperband_keeps(slots(bracket, stop.round), options_.eta);
}

bool SwiftHyperband::closed(const Bracket& bracket, std::size_t stop) const {
    if (stop == 0) return bracket.started >= bracket.plan.trials || proposals_ended_;
    return bracket.stops[stop - 1].judged && bracket.stops[stop - 1].undecided == 0;
}

/// Trials that have not come to the stop and still may, at most.
std::size_t SwiftHyperband::outstanding(const Bracket& bracket, std::size_t stop) const {
    std::size_t most = 0;
    if (closed(bracket, stop)) {
        most = bracket.stops[stop].admitted;
    } else {
        most = slots(bracket, bracket.stops[stop].round);
        most = std::max(most, bracket.stops[stop].admitted);
    }
    return most - std::min(most, bracket.stops[stop].arrived);
}

void SwiftHyperband::go_on(std::size_t index) {
    Bracket& bracket = brackets_[index];
    for (std::size_t s = 0; s < bracket.stops.size(); ++s) {
        Stop& stop = bracket.stops[s];
        if (stop.judged || stop.arrived == 0) continue;
        const bool last = s + 1 == bracket.stops.size();
        if (last) {
            complete_trials(bracket, s);
            continue;
        }
        pass_the_certain(bracket, s);
        if (!closed(bracket, s) || stop.arrived < stop.admitted || stop.undecided > 0) continue;
        stop.judged = true;
        if (stop.target)
            judge_target(bracket, s);
        else
            prepare_decision(index, s);
    }
}

/// At the maximum nobody waits for others.
void SwiftHyperband::complete_trials(Bracket& bracket, std::size_t s) {
    const Stop& stop = bracket.stops[s];
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        const Trial& trial = trials_.at(id);
        if (trial.stage != Stage::waiting || trial.judged) continue;
        make_due({.trial = id,
                  .step = stop.at,
                  .verdict = Verdict::stop,
                  .to = 0,
                  .reason = fmt::format("reached {}, the maximum: rank {} of {} so far",
                                        amount_text(stop.at, options_.unit), rank + 1, stop.results.size()),
                  .forecast = {},
                  .threshold = {}});
    }
}

Judgement SwiftHyperband::passing(const Bracket& bracket, std::size_t s, TrialId id, std::size_t rank) const {
    const Stop& stop = bracket.stops[s];
    Judgement judgement;
    judgement.trial = id;
    judgement.step = stop.at;
    judgement.verdict = Verdict::proceed;
    judgement.to = bracket.stops[s + 1].at;
    judgement.reason = fmt::format("rank {} of {} at {}: the best {} go on", rank + 1, stop.results.size(),
                                   amount_text(stop.at, options_.unit), places(bracket, stop));
    return judgement;
}

/// Those whom nobody who is still to come can push out.
void SwiftHyperband::pass_the_certain(Bracket& bracket, std::size_t s) {
    const Stop& stop = bracket.stops[s];
    const std::size_t coming = outstanding(bracket, s);
    const std::size_t keep = places(bracket, stop);
    if (coming == 0) return;  // all are here: the decision is due
    for (std::size_t rank = 0; rank + coming < keep && rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        const Trial& trial = trials_.at(id);
        if (trial.stage == Stage::waiting && trial.stop == s && !trial.judged)
            make_due(passing(bracket, s, id, rank));
    }
}

void SwiftHyperband::judge_target(Bracket& bracket, std::size_t s) {
    const Stop& stop = bracket.stops[s];
    const std::size_t keep = places(bracket, stop);
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        const Trial& trial = trials_.at(id);
        if (trial.stage != Stage::waiting || trial.stop != s || trial.judged) continue;
        Judgement judgement = passing(bracket, s, id, rank);
        judgement.threshold = finite_value_at(stop.results, keep - 1);
        if (rank >= keep) {
            judgement.verdict = Verdict::stop;
            judgement.to = 0;
            judgement.reason = fmt::format("rank {} of {} at {}: only the best {} go on", rank + 1,
                                           stop.results.size(), amount_text(stop.at, options_.unit), keep);
        }
        make_due(std::move(judgement));
    }
}

void SwiftHyperband::prepare_decision(std::size_t index, std::size_t s) {
    Bracket& bracket = brackets_[index];
    Stop& stop = bracket.stops[s];
    std::size_t alive = 0;
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank)
        if (trials_.at(stop.results.at_rank(rank)->trial).stage != Stage::over) ++alive;
    const bool open = alive > places(bracket, stop);
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        Trial& trial = trials_.at(id);
        if (trial.stage != Stage::waiting || trial.stop != s || trial.judged) continue;
        if (open) {
            trial.judged = true;
            ++stop.undecided;
        } else {
            make_due(passing(bracket, s, id, rank));
        }
    }
    if (open && stop.undecided > 0) stop.work = std::make_shared<SurvivalWork>(question_of(index, s));
}

std::shared_ptr<const Work> SwiftHyperband::work_due() const {
    std::shared_ptr<const Work> any;
    for (const Bracket& bracket : brackets_)
        for (const Stop& stop : bracket.stops) {
            if (stop.work && !stop.work->done()) return stop.work;
            if (stop.work) any = stop.work;
        }
    return any;
}

std::vector<Judgement> SwiftHyperband::judgements_due() const {
    std::vector<Judgement> due{due_.begin(), due_.end()};
    for (const Bracket& bracket : brackets_)
        for (std::size_t s = 0; s < bracket.stops.size(); ++s)
            if (bracket.stops[s].work)
                for (Judgement& judgement : decided(bracket, s)) due.push_back(std::move(judgement));
    return due;
}

std::vector<Judgement> SwiftHyperband::decided(const Bracket& bracket, std::size_t s) const {
    const Stop& stop = bracket.stops[s];
    const auto& contenders = stop.work->question().contenders;
    std::vector<Judgement> judgements;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        const Trial& trial = trials_.at(contenders[i].trial);
        if (trial.stage != Stage::waiting || trial.stop != s || !trial.judged) continue;
        const Survival& outcome = stop.work->outcome()[i];
        Judgement judgement;
        judgement.trial = contenders[i].trial;
        judgement.step = stop.at;
        judgement.verdict = outcome.stops ? Verdict::stop : Verdict::proceed;
        judgement.to = outcome.stops ? 0 : bracket.stops[s + 1].at;
        judgement.forecast = outcome.forecast;
        judgement.threshold = stop.work->threshold();
        judgement.evidence = outcome.evidence;
        judgement.reason =
            outcome.evidence
                ? fmt::format("rank {} of {} at {}: a chance of {:.1f} % to be among the best {} at {}",
                              i + 1, contenders.size(), amount_text(stop.at, options_.unit),
                              100 * outcome.evidence->chance, places(bracket, stop),
                              bracket.plan.rounds[stop.round])
                : fmt::format("rank {} of {} at {}: too little is known of curves to stop any", i + 1,
                              contenders.size(), amount_text(stop.at, options_.unit));
        judgements.push_back(std::move(judgement));
    }
    return judgements;
}

Job SwiftHyperband::next_job() const {
    if (!proposals_ended_)
        for (const Bracket& bracket : brackets_)
            if (bracket.started < bracket.plan.trials)
                return Start{.bracket = bracket.plan.s, .to = bracket.stops.front().at};
    if (open_ > 0) return Wait{fmt::format("{} trials are still in their rounds", open_)};
    return Finished{proposals_ended_ ? "all trials that were proposed have ended"
                                     : "all brackets are complete"};
}

std::vector<Rung> SwiftHyperband::rungs() const {
    std::vector<Rung> table;
    for (const Bracket& bracket : brackets_) {
        std::size_t running = 0;
        for (const Stop& stop : bracket.stops) {
            running += stop.admitted - stop.arrived;
            if (!stop.target) continue;
            Rung& rung = table.emplace_back();
            rung.bracket = bracket.plan.s;
            rung.at = stop.at;
            rung.running = std::exchange(running, 0);
            rung.arrived = stop.results.size();
            rung.promoted = stop.promoted;
            rung.best = finite_value_at(stop.results, 0);
        }
    }
    return table;
}

std::optional<Resource> SwiftHyperband::planned_resource() const {
    Resource planned = 0;
    for (const Bracket& bracket : brackets_)
        planned += hyperband_resource(bracket.plan, proposals_ended_ ? bracket.started : bracket.plan.trials,
                                      options_.eta);
    return planned;
}

std::unique_ptr<Scheduler> SwiftHyperband::clone() const {
    return std::make_unique<SwiftHyperband>(*this);
}

}  // namespace quench::search::scheduler

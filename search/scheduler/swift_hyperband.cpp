#include "search/scheduler/swift_hyperband.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

/// Share of a round's survivors, in units of `risk`, that it is worth to save what a round costs on average.
/// With 8.2 about `risk` of all rounds' survivors is lost (bench/swift, synthetic curves).
constexpr double risk_price = 8.2;

/// What Hyperband spends in a round, on average.
double mean_round_cost(const std::vector<HyperbandBracket>& plan, Resource eta) {
    Resource spent = 0;
    std::size_t rounds = 0;
    for (const HyperbandBracket& bracket : plan) {
        spent += hyperband_resource(bracket, bracket.trials, eta);
        rounds += bracket.rounds.size();
    }
    return static_cast<double>(spent) / static_cast<double>(rounds);
}

}  // namespace

SwiftHyperband::SwiftHyperband(Options options)
    : options_(std::move(options)),
      history_(options_.plan.front().rounds.back()),
      mean_round_cost_(mean_round_cost(options_.plan, options_.eta)) {
    for (const HyperbandBracket& plan : options_.plan) {
        Bracket& bracket = brackets_.emplace_back();
        bracket.plan = plan;
        Resource from = 0;
        for (std::size_t round = 0; round < plan.rounds.size(); ++round) {
            const Resource target = plan.rounds[round];
            for (const Resource at :
                 decision_points(from, target, options_.decisions, spacing_for(options_.start_cost))) {
                bracket.stops.emplace_back();
                bracket.stops.back().round = round;
                bracket.stops.back().at = at;
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
    trial.stop = admit(*at, 0, event.to);
    const bool fresh = trials_.emplace(event.trial, trial).second;
    QUENCH_CHECK(fresh, "a trial was proposed twice");
    history_.propose(event.trial, trial.bracket);
    ++open_;
    ++at->started;
}

/// To the stop at `to`, the first that may be it being `first`. Those before it were found not worth a look.
std::size_t SwiftHyperband::admit(Bracket& bracket, std::size_t first, Resource to) {
    std::size_t stop = first;
    for (; stop + 1 < bracket.stops.size() && bracket.stops[stop].at < to && !bracket.stops[stop].target;
         ++stop)
        bracket.stops[stop].skipped = true;
    ++bracket.stops[stop].admitted;
    return stop;
}

void SwiftHyperband::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    if (event.step <= history_.reached(event.trial)) return;
    Bracket& bracket = brackets_[trial.bracket];
    Stop& stop = bracket.stops[trial.stop];
    history_.report(event.trial, event.step, event.value);
    contest_.report(event.trial, event.step, event.value);
    if (trial.stage != Stage::training || event.step < stop.at) return;
    trial.stage = Stage::waiting;
    trial.result = make_result(event.value, event.trial);
    ++stop.arrived;
    stop.results.insert(trial.result);
    stop.waiting.insert(trial.result);
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

void SwiftHyperband::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    Trial& trial = found->second;
    Bracket& bracket = brackets_[trial.bracket];
    if (event.verdict == Verdict::stop) return end(event.trial, true);
    if (event.verdict != Verdict::proceed || trial.stage != Stage::waiting || !trial.judged ||
        trial.stop + 1 == bracket.stops.size())
        return;
    contest_.promise(event);
    if (bracket.stops[trial.stop].target) history_.choose(event.trial, bracket.stops[trial.stop].at);
    drop_judgement(event.trial, trial);
    ++bracket.stops[trial.stop].promoted;
    trial.stop = admit(bracket, trial.stop + 1, event.to);
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
    stop.waiting.erase(trial.result);
    trial.stage = Stage::over;
    contest_.forget(id);
    --open_;
    go_on(trial.bracket);
}

void SwiftHyperband::make_due(Judgement judgement) {
    Trial& trial = trials_.at(judgement.trial);
    Stop& stop = brackets_[trial.bracket].stops[trial.stop];
    trial.judged = true;
    ++stop.undecided;
    stop.waiting.erase(trial.result);
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

void SwiftHyperband::go_on(std::size_t index) {
    Bracket& bracket = brackets_[index];
    for (std::size_t s = 0; s < bracket.stops.size(); ++s) {
        Stop& stop = bracket.stops[s];
        if (stop.judged || stop.arrived == 0) continue;
        if (stop.skipped) {
            pass_all(index, s);
            continue;
        }
        const bool last = s + 1 == bracket.stops.size();
        if (last) {
            complete_trials(bracket);
            continue;
        }
        pass_the_certain(index, s);
        if (!closed(bracket, s) || stop.arrived < stop.admitted || stop.undecided > 0) continue;
        stop.judged = true;
        if (stop.target)
            judge_target(index, s);
        else
            prepare_decision(index, s);
    }
}

/// At the maximum nobody waits for others.
void SwiftHyperband::complete_trials(Bracket& bracket) {
    const Stop& stop = bracket.stops.back();
    while (!stop.waiting.empty()) {
        const Result first = *stop.waiting.begin();
        make_due({.trial = first.trial,
                  .step = stop.at,
                  .verdict = Verdict::stop,
                  .to = 0,
                  .reason = fmt::format("reached {}, the maximum: rank {} of {} so far",
                                        amount_text(stop.at, options_.unit), stop.results.rank_of(first) + 1,
                                        stop.results.size()),
                  .forecast = {},
                  .threshold = {}});
    }
}

Judgement SwiftHyperband::passing(std::size_t index, std::size_t s, const Result& result,
                                  std::size_t next) const {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    Judgement judgement;
    judgement.trial = result.trial;
    judgement.step = stop.at;
    judgement.verdict = Verdict::proceed;
    judgement.to = bracket.stops[next].at;
    judgement.reason =
        fmt::format("rank {} of {} at {}: the best {} go on", stop.results.rank_of(result) + 1,
                    stop.results.size(), amount_text(stop.at, options_.unit), places(bracket, stop));
    return judgement;
}

/// Those whom nobody who is still to come can push out.
void SwiftHyperband::pass_the_certain(std::size_t index, std::size_t s) {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    const std::size_t coming = outstanding(bracket, s);
    const std::size_t keep = places(bracket, stop);
    if (coming == 0) return;  // all are here: the decision is due
    while (!stop.waiting.empty()) {
        const Result first = *stop.waiting.begin();
        const std::size_t rank = stop.results.rank_of(first);
        if (rank + coming >= keep) return;
        make_due(passing(index, s, first, next_stop(index, s)));
    }
}

/// From a point at which nothing is to be decided any more.
void SwiftHyperband::pass_all(std::size_t index, std::size_t s) {
    const Stop& stop = brackets_[index].stops[s];
    while (!stop.waiting.empty())
        make_due(passing(index, s, *stop.waiting.begin(), target_of(brackets_[index], s)));
}

void SwiftHyperband::judge_target(std::size_t index, std::size_t s) {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    const std::size_t next = next_stop(index, s);
    const std::size_t keep = places(bracket, stop);
    while (!stop.waiting.empty()) {
        const Result first = *stop.waiting.begin();
        const std::size_t rank = stop.results.rank_of(first);
        Judgement judgement = passing(index, s, first, next);
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
    if (alive <= places(bracket, stop)) return pass_all(index, s);
    for (const Result& result : std::exchange(stop.waiting, {})) {
        trials_.at(result.trial).judged = true;
        ++stop.undecided;
    }
    if (stop.undecided > 0) stop.work = std::make_shared<SurvivalWork>(question_of(index, s));
}

SurvivalQuestion SwiftHyperband::question_of(std::size_t index, std::size_t s) const {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    SurvivalQuestion question;
    question.places = places(bracket, stop);
    const Resource saved = bracket.plan.rounds[stop.round] - stop.at;
    question.bearable = risk_price * options_.risk * static_cast<double>(question.places) *
                        static_cast<double>(saved) / mean_round_cost_;
    question.key = (static_cast<std::uint64_t>(bracket.plan.s) << 32) + s;
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        if (trials_.at(id).stage != Stage::over)
            question.contenders.push_back({id, history_.curve(id, stop.at)});
    }
    question.predictor = options_.predictor;
    question.predictor_leads = contest_.predictor_leads();
    recall(question, index, s);
    return question;
}

void SwiftHyperband::recall(SurvivalQuestion& question, std::size_t index, std::size_t s) const {
    const Stop& stop = brackets_[index].stops[s];
    history_.recall(question, {.now = stop.at,
                               .target = brackets_[index].plan.rounds[stop.round],
                               .eta = options_.eta,
                               .unselected = stop.round == 0,
                               .besides_group = index});
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
    std::size_t staying = 0;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        Judgement judgement = judgement_of(*stop.work, i,
                                           {.trial = contenders[i].trial,
                                            .stops = stop.work->outcome()[i].stops,
                                            .at = stop.at,
                                            .next = 0,
                                            .unit = options_.unit,
                                            .audit = options_.audit});
        if (judgement.verdict == Verdict::proceed) ++staying;
        const Trial& trial = trials_.at(contenders[i].trial);
        if (trial.stage == Stage::waiting && trial.stop == s && trial.judged)
            judgements.push_back(std::move(judgement));
    }
    // Once only as many are left as go on from the round, there is nothing more to decide in it.
    const std::size_t next = staying <= places(bracket, stop) ? target_of(bracket, s) : s + 1;
    for (Judgement& judgement : judgements)
        if (judgement.verdict == Verdict::proceed) judgement.to = bracket.stops[next].at;
    return judgements;
}

Job SwiftHyperband::next_job() const {
    if (!proposals_ended_)
        for (std::size_t index = 0; index < brackets_.size(); ++index)
            if (brackets_[index].started < brackets_[index].plan.trials)
                return Start{.bracket = brackets_[index].plan.s, .to = first_step(index)};
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
            rung.planned = slots(bracket, stop.round);
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

#include "orchestrator/core/decide.hpp"

#include <cmath>

#include <fmt/format.h>

namespace quench::orchestrator::core {
namespace {

using search::Ending;
using search::Verdict;

/// "val_loss is nan": the first objective that is not finite at the last report.
std::string diverged_text(const Study& study, const Trial& trial) {
    const Point& last = trial.curve.back();
    if (!std::isfinite(last.value)) return fmt::format("{} is {}", study.objective.metric, last.value);
    std::size_t i = 0;
    while (std::isfinite(last.others[i])) ++i;
    return fmt::format("{} is {}", study.others[i].metric, last.others[i]);
}

std::optional<TrialEnded> failed_for_good(const State& state, const Trial& trial) {
    const int retries = state.study().trial.retries;
    const std::string detail = trial.last_end ? trial.last_end->detail : "";
    const auto failed = [&](const std::string& text) {
        return TrialEnded{trial.id, Ending::failed, trial.value(),
                          text + (detail.empty() ? "" : ": " + detail)};
    };
    if (trial.setbacks.crashed > retries)
        return failed(fmt::format("crashed {} times", trial.setbacks.crashed));
    if (trial.setbacks.timed_out > retries)
        return failed(fmt::format("timed out {} times", trial.setbacks.timed_out));
    if (trial.setbacks.lost_in_a_row > lost_in_a_row_limit) {
        return failed(fmt::format("lost its worker {} times in a row without a new report",
                                  trial.setbacks.lost_in_a_row));
    }
    return std::nullopt;
}

/// The worker with room for the ranks, most free slots first, then by name; nullptr when there is none.
const Worker* worker_with_room(const State& state, const Circumstances& circumstances, int ranks) {
    for (const auto& [minus_free, name] : state.room) {
        if (-minus_free < ranks) return nullptr;
        const Worker& worker = state.workers.at(name);
        if (circumstances.present(worker.session)) return &worker;
    }
    return nullptr;
}

AttemptStarted start_on(const Worker& worker, const Trial& trial, int ranks) {
    return {.trial = trial.id,
            .attempt = AttemptId(trial.attempts + 1),
            .worker = worker.name,
            .session = worker.session,
            .from = trial.reached,
            .to = trial.goal,
            .ranks = ranks};
}

/// What a free worker is for when no trial is queued.
Decisions new_work(const State& state) {
    const auto job = state.scheduler->next_job();
    if (const auto* promote = std::get_if<search::scheduler::Promote>(&job)) {
        return std::vector<Fact>{verdict_of(state, promote->judgement)};
    }
    const auto* start = std::get_if<search::scheduler::Start>(&job);
    if (start == nullptr) return std::vector<Fact>{};
    const TrialId next(state.trials.size());
    if (start->child) {
        return std::vector<Fact>{TrialProposed{.trial = next,
                                               .params = start->child->configuration,
                                               .bracket = start->bracket,
                                               .to = start->to,
                                               .told = state.told,
                                               .parent = start->child->parent}};
    }
    if (state.sampler->cost() == search::sampler::Cost::heavy) return AskDue{next, start->bracket, start->to};
    const auto asked = state.sampler->ask(next, 1);
    if (asked.empty()) return std::vector<Fact>{space_exhausted(state)};
    return std::vector<Fact>{TrialProposed{.trial = next,
                                           .params = asked.front(),
                                           .bracket = start->bracket,
                                           .to = start->to,
                                           .told = state.told}};
}

}  // namespace

std::string metrics_of(const Study& study) {
    std::string names = study.objective.metric;
    for (const Objective& other : study.others) names += ", " + other.metric;
    return names;
}

double minimised(Direction direction, double value) {
    return direction == Direction::minimize ? value : -value;
}

std::optional<TrialEnded> ending_due(const State& state, const Trial& trial) {
    if (std::holds_alternative<Ended>(trial.phase) || std::holds_alternative<Running>(trial.phase))
        return std::nullopt;
    const auto end = [&](Ending how, std::string reason) {
        return TrialEnded{trial.id, how, trial.value(), std::move(reason)};
    };
    const std::string metric = metrics_of(state.study());
    if (trial.diverged()) {
        return end(Ending::diverged,
                   fmt::format("{} at step {}", diverged_text(state.study(), trial), trial.reached));
    }
    if (trial.last_end && trial.last_end->outcome == Outcome::infeasible) {
        return end(Ending::infeasible, trial.last_end->detail);
    }
    if (trial.verdict && trial.verdict->verdict == Verdict::stop) {
        const bool whole = trial.reached >= state.study().fidelity.max;
        return end(whole ? Ending::completed : Ending::stopped, trial.verdict->reason);
    }
    const bool at_goal = trial.reached >= trial.goal;
    if (at_goal && (trial.curve.empty() || trial.curve.back().step != trial.reached)) {
        return end(Ending::failed, fmt::format("its report of step {} has no '{}'", trial.reached, metric));
    }
    if (!at_goal) {
        if (auto failed = failed_for_good(state, trial)) return failed;
    }
    if (state.phase == StudyPhase::ended)
        return end(Ending::stopped, "the study ended: " + state.ending->reason);
    return std::nullopt;
}

std::optional<VerdictGiven> divergence_due(const State& state, const Trial& trial) {
    if (!trial.diverged() || (trial.verdict && trial.verdict->verdict == Verdict::stop)) return std::nullopt;
    return VerdictGiven{
        .trial = trial.id,
        .step = trial.reached,
        .verdict = Verdict::stop,
        .to = 0,
        .reason = fmt::format("diverged: {} at step {}", diverged_text(state.study(), trial), trial.reached),
        .forecast = std::nullopt,
        .threshold = std::nullopt};
}

VerdictGiven verdict_of(const State& state, const search::scheduler::Judgement& judgement) {
    const Direction direction = state.study().objective.direction;
    const auto in_users_direction = [&](const std::optional<double>& x) {
        return x ? std::optional(minimised(direction, *x)) : std::nullopt;
    };
    auto evidence = judgement.evidence;
    if (evidence) evidence->rival_forecast = in_users_direction(evidence->rival_forecast);
    return {.trial = judgement.trial,
            .step = judgement.step,
            .verdict = judgement.verdict,
            .to = judgement.to,
            .reason = judgement.reason,
            .forecast = in_users_direction(judgement.forecast),
            .threshold = in_users_direction(judgement.threshold),
            .evidence = std::move(evidence)};
}

std::optional<StudyEnded> study_ending_due(const State& state, base::TimePoint now) {
    if (state.phase == StudyPhase::ended) return std::nullopt;
    const StopRules& stop = state.study().stop;
    const Objective& objective = state.study().objective;
    const auto completed = [](std::string reason) {
        return StudyEnded{StudyEnding::completed, std::move(reason)};
    };
    if (stop.value && state.best_seen && !better(objective.direction, *stop.value, *state.best_seen)) {
        return completed(
            fmt::format("stop.value: {} {} reached {}", objective.metric, *state.best_seen, *stop.value));
    }
    if (stop.resource && state.spent >= *stop.resource) {
        return completed(fmt::format("stop.resource: {} of {} {}s are spent", state.spent, *stop.resource,
                                     state.study().fidelity.unit));
    }
    const auto active = state.active + (now > state.last_at ? now - state.last_at : base::Duration(0));
    if (stop.wall && state.phase == StudyPhase::running && active >= *stop.wall) {
        return completed("stop.hours: it ran for " + base::to_text(active));
    }
    if (stop.failure_rate && state.ended_trials >= failure_rate_from) {
        const double rate =
            static_cast<double>(state.failed_trials) / static_cast<double>(state.ended_trials);
        if (rate > *stop.failure_rate) {
            return StudyEnded{StudyEnding::failed,
                              fmt::format("stop.failure_rate: {} of {} ended trials failed",
                                          state.failed_trials, state.ended_trials)};
        }
    }
    if (state.phase != StudyPhase::running || !state.running.empty() || !state.queue.empty())
        return std::nullopt;
    const auto job = state.scheduler->next_job();
    if (const auto* finished = std::get_if<search::scheduler::Finished>(&job))
        return completed(finished->reason);
    return std::nullopt;
}

std::optional<ProposalsEnded> proposal_limit_due(const State& state) {
    const auto& limit = state.study().stop.trials;
    if (!limit || state.trials.size() < *limit || state.proposals_ended) return std::nullopt;
    return ProposalsEnded{fmt::format("stop.trials: {} trials were proposed", *limit)};
}

ProposalsEnded space_exhausted(const State& state) {
    return {fmt::format("the space is exhausted: all of its {} configurations were proposed",
                        state.trials.size())};
}

Decisions decisions_due(const State& state, const Circumstances& circumstances) {
    std::vector<Fact> facts;
    const auto work = state.scheduler->work_due();
    if (work && !work->done()) {
        if (!circumstances.computing) return WorkDue{work};
    } else {
        for (const auto& judgement : state.scheduler->judgements_due())
            facts.emplace_back(verdict_of(state, judgement));
    }
    if (!facts.empty()) return facts;
    for (const TrialId id : state.to_end) {
        if (auto end = ending_due(state, state.trial(id))) facts.emplace_back(*end);
    }
    if (!facts.empty()) return facts;
    if (auto end = study_ending_due(state, circumstances.now)) return std::vector<Fact>{*end};
    if (state.phase != StudyPhase::running || !circumstances.dispatch) return facts;
    if (auto end = proposal_limit_due(state)) return std::vector<Fact>{*end};
    const int ranks = state.study().trial.ranks;
    const Worker* worker = worker_with_room(state, circumstances, ranks);
    if (worker == nullptr) return facts;
    if (state.queue.empty()) return new_work(state);
    return std::vector<Fact>{start_on(*worker, state.trial(state.queue.begin()->second), ranks)};
}

}  // namespace quench::orchestrator::core

#include "orchestrator/core/apply.hpp"

#include "orchestrator/core/decide.hpp"

#include <algorithm>
#include <cmath>

namespace quench::orchestrator::core {
namespace {

using base::Error;
using base::Result;
using base::success;
using base::TimePoint;

Error contradiction(const std::string& what) {
    return Error(what + " (the journal contradicts itself)");
}

std::string name_of(TrialId trial) {
    return "trial " + std::to_string(trial.value());
}

void tell(State& state, const search::Event& event) {
    state.sampler->tell(event);
    state.scheduler->tell(event);
    ++state.told;
}

/// Keeps queue, running and to_end equal to what the trial's phase says.
void file(State& state, const Trial& trial) {
    if (std::holds_alternative<Queued>(trial.phase)) {
        state.queue[trial.order] = trial.id;
    } else {
        state.queue.erase(trial.order);
    }
    if (std::holds_alternative<Running>(trial.phase)) {
        state.running.insert(trial.id);
    } else {
        state.running.erase(trial.id);
    }
    if (ending_due(state, trial)) {
        state.to_end.insert(trial.id);
    } else {
        state.to_end.erase(trial.id);
    }
}

/// Takes slots of a worker, or gives them back where `ranks` is negative.
void occupy(State& state, Worker& worker, int ranks) {
    state.room.erase({worker.used - worker.slots, worker.name});
    worker.used += ranks;
    state.room.insert({worker.used - worker.slots, worker.name});
}

/// The trial with the attempt that runs, or why a fact about this attempt cannot be.
Result<Trial*> running_attempt(State& state, TrialId id, AttemptId attempt) {
    if (id.value() >= state.trials.size()) return contradiction(name_of(id) + " does not exist");
    Trial& trial = state.trial(id);
    const auto* running = std::get_if<Running>(&trial.phase);
    if (running == nullptr || running->attempt != attempt) {
        return contradiction(name_of(id) + " does not run as attempt " + std::to_string(attempt.value()));
    }
    return &trial;
}

Result<> change(State& state, const StudyCreated& fact, TimePoint at) {
    if (state.created) return contradiction("the study exists already");
    auto sampler = search::make_sampler(fact.study.sampler, fact.study.space);
    if (!sampler) return sampler.error();
    auto scheduler = search::make_scheduler(fact.study.fidelity, fact.study.space, fact.study.sampler.seed);
    if (!scheduler) return scheduler.error();
    state.created = fact;
    state.created_at = at;
    state.sampler = std::move(sampler).value();
    state.scheduler = std::move(scheduler).value();
    return success();
}

/// Reports may have waited for the coordinator: their times say nothing of the steps before them.
Result<> change(State& state, const CoordinatorStarted&, TimePoint) {
    for (const TrialId id : state.running) std::get<Running>(state.trial(id).phase).heard = std::nullopt;
    return success();
}

Result<> change(State& state, const TrialLearned& fact, TimePoint) {
    const std::string name = "learned " + name_of(fact.trial);
    if (!state.trials.empty()) return contradiction(name + " comes after the first proposal");
    if (auto fits = state.study().space.check(fact.params); !fits) return fits.error().in(name);
    const auto objectives = state.study().objectives();
    search::Learned learned{fact.params, {}, fact.how};
    for (const LearnedPoint& point : fact.curve) {
        const Resource last = learned.curve.empty() ? 0 : learned.curve.back().step;
        if (point.step <= last || point.values.size() != objectives.size())
            return contradiction(name + " has no rising curve of all objectives");
        std::vector<double> values;
        for (std::size_t i = 0; i < objectives.size(); ++i) {
            if (!std::isfinite(point.values[i]))
                return contradiction(name + " has a value that is not finite");
            values.push_back(minimised(objectives[i].direction, point.values[i]));
        }
        learned.curve.push_back({point.step, values[0], {values.begin() + 1, values.end()}});
    }
    state.sampler->tell(learned);
    ++state.told;
    ++state.learned;
    return success();
}

Result<> change(State& state, const WorkerJoined& fact, TimePoint) {
    if (state.workers.contains(fact.worker))
        return contradiction("worker " + fact.worker + " has joined already");
    if (fact.slots < 1) return contradiction("worker " + fact.worker + " has no slots");
    state.room.insert({-fact.slots, fact.worker});
    state.workers[fact.worker] = {.name = fact.worker,
                                  .session = fact.session,
                                  .host = fact.host,
                                  .pid = fact.pid,
                                  .slots = fact.slots,
                                  .used = 0,
                                  .running = {}};
    return success();
}

Result<> change(State& state, const WorkerLost& fact, TimePoint) {
    const auto worker = state.workers.find(fact.worker);
    if (worker == state.workers.end() || worker->second.session != fact.session) {
        return contradiction("worker " + fact.worker + " is not there in this session");
    }
    if (worker->second.used != 0) return contradiction("worker " + fact.worker + " still runs attempts");
    state.room.erase({-worker->second.slots, fact.worker});
    state.workers.erase(worker);
    return success();
}

Result<> change(State& state, const TrialProposed& fact, TimePoint at) {
    if (fact.trial.value() != state.trials.size())
        return contradiction(name_of(fact.trial) + " is out of order");
    if (state.proposals_ended) return contradiction(name_of(fact.trial) + " comes after the last proposal");
    if (fact.to < 1) return contradiction(name_of(fact.trial) + " has nothing to train");
    const auto rungs = state.scheduler->rungs();
    const bool known = std::any_of(rungs.begin(), rungs.end(),
                                   [&](const auto& rung) { return rung.bracket == fact.bracket; });
    if (!known) return contradiction(name_of(fact.trial) + " is of a bracket that does not exist");
    if (auto fits = state.study().space.check(fact.params); !fits)
        return fits.error().in(name_of(fact.trial));
    if (fact.parent) {
        const search::Parent& parent = *fact.parent;
        const std::string name = name_of(fact.trial) + " goes on from " + name_of(parent.trial);
        if (parent.trial >= fact.trial) return contradiction(name + ", which does not exist");
        const Trial& copied = state.trial(parent.trial);
        if (!std::holds_alternative<Paused>(copied.phase) || copied.reached != parent.step)
            return contradiction(name + ", which does not pause at that step");
        if (fact.to <= parent.step) return contradiction(name + " and has nothing to train");
    }
    Trial trial;
    trial.id = fact.trial;
    trial.params = fact.params;
    trial.parent = fact.parent;
    trial.reached = trial.begun();
    trial.bracket = fact.bracket;
    trial.goal = fact.to;
    trial.order = state.next_order++;
    trial.phase = Queued{};
    trial.proposed_at = at;
    state.trials.push_back(std::move(trial));
    file(state, state.trials.back());
    tell(state, search::Proposed{fact.trial, fact.params, fact.bracket, fact.to, fact.parent});
    return success();
}

Result<> change(State& state, const AttemptStarted& fact, TimePoint at) {
    if (fact.trial.value() >= state.trials.size())
        return contradiction(name_of(fact.trial) + " does not exist");
    Trial& trial = state.trial(fact.trial);
    if (!std::holds_alternative<Queued>(trial.phase))
        return contradiction(name_of(fact.trial) + " is not queued");
    if (fact.attempt.value() != trial.attempts + 1)
        return contradiction(name_of(fact.trial) + ": attempt out of order");
    if (fact.from != trial.reached || fact.to != trial.goal) {
        return contradiction(name_of(fact.trial) + " starts from or to another step than is due");
    }
    const auto worker = state.workers.find(fact.worker);
    if (worker == state.workers.end() || worker->second.session != fact.session) {
        return contradiction("worker " + fact.worker + " is not there in this session");
    }
    if (fact.ranks < 1 || fact.ranks > worker->second.slots - worker->second.used) {
        return contradiction("worker " + fact.worker + " has no " + std::to_string(fact.ranks) +
                             " slots free");
    }
    occupy(state, worker->second, fact.ranks);
    worker->second.running.insert(fact.trial);
    trial.attempts = fact.attempt.value();
    trial.phase = Running{.attempt = fact.attempt,
                          .worker = fact.worker,
                          .session = fact.session,
                          .to = fact.to,
                          .ranks = fact.ranks,
                          .since = at,
                          .heard = at};
    file(state, trial);
    return success();
}

/// Counts the steps up to a report, if their time is known. A clock that was set back says nothing.
void time_steps(Trial& trial, Resource step, TimePoint at) {
    auto& heard = std::get<Running>(trial.phase).heard;
    if (heard && at >= *heard) {
        trial.timed += at - *heard;
        trial.timed_steps += step - trial.reached;
    }
    heard = at;
}

Result<> change(State& state, const Reported& fact, TimePoint at) {
    auto found = running_attempt(state, fact.trial, fact.attempt);
    if (!found) return found.error();
    Trial& trial = **found;
    if (fact.step <= trial.reached || fact.step > std::get<Running>(trial.phase).to) {
        return contradiction(name_of(fact.trial) + ": step " + std::to_string(fact.step) +
                             " is not between its last and its target");
    }
    if (trial.diverged()) return contradiction(name_of(fact.trial) + " has diverged before this report");
    time_steps(trial, fact.step, at);
    state.spent += fact.step - trial.reached;
    trial.reached = fact.step;
    trial.setbacks.lost_in_a_row = 0;
    const Study& study = state.study();
    const auto metric = fact.metrics.find(study.objective.metric);
    if (metric == fact.metrics.end()) return success();
    Point point{fact.step, metric->second, {}};
    std::vector<double> others;
    for (const Objective& other : study.others) {
        const auto its = fact.metrics.find(other.metric);
        if (its == fact.metrics.end()) return success();
        point.others.push_back(its->second);
        others.push_back(minimised(other.direction, its->second));
    }
    trial.curve.push_back(point);
    if (!point.finite()) return success();
    const Direction direction = study.objective.direction;
    if (!state.best_seen || better(direction, point.value, *state.best_seen)) state.best_seen = point.value;
    search::Reported reported{fact.trial, fact.step, minimised(direction, point.value), std::move(others)};
    if (trial.timed_steps > 0)
        reported.step_seconds = base::seconds(trial.timed) / static_cast<double>(trial.timed_steps);
    tell(state, reported);
    return success();
}

Result<> change(State& state, const VerdictGiven& fact, TimePoint) {
    if (fact.trial.value() >= state.trials.size())
        return contradiction(name_of(fact.trial) + " does not exist");
    Trial& trial = state.trial(fact.trial);
    if (std::holds_alternative<Ended>(trial.phase)) return contradiction(name_of(fact.trial) + " has ended");
    const bool proceed = fact.verdict == search::Verdict::proceed;
    if (proceed && fact.to <= trial.goal)
        return contradiction(name_of(fact.trial) + " would proceed to where it is");
    trial.verdict = fact;
    if (proceed) {
        trial.goal = fact.to;
        state.queue.erase(trial.order);
        trial.order = state.next_order++;
        if (std::holds_alternative<Paused>(trial.phase)) trial.phase = Queued{};
    }
    file(state, trial);
    // A trial that diverged is the core's to stop; search is told with its end.
    if (trial.diverged()) return success();
    search::Judged judged{fact.trial, fact.step, fact.verdict, fact.to, fact.forecast, fact.evidence};
    const Direction direction = state.study().objective.direction;
    if (judged.forecast) judged.forecast = minimised(direction, *judged.forecast);
    if (judged.evidence && judged.evidence->rival_forecast)
        judged.evidence->rival_forecast = minimised(direction, *judged.evidence->rival_forecast);
    tell(state, judged);
    return success();
}

Result<> change(State& state, const AttemptEnded& fact, TimePoint) {
    auto found = running_attempt(state, fact.trial, fact.attempt);
    if (!found) return found.error();
    Trial& trial = **found;
    const Running running = std::get<Running>(trial.phase);
    Worker& worker = state.workers.at(running.worker);
    occupy(state, worker, -running.ranks);
    worker.running.erase(fact.trial);
    trial.last_end = fact;
    // Once the target is reported the attempt has served: how it leaves costs no retry of a later one.
    const bool served = trial.reached >= running.to;
    if (!served && fact.outcome == Outcome::crashed) ++trial.setbacks.crashed;
    if (!served && fact.outcome == Outcome::timed_out) ++trial.setbacks.timed_out;
    if (fact.outcome == Outcome::lost || fact.outcome == Outcome::preempted) ++trial.setbacks.lost_in_a_row;
    trial.phase = Paused{};
    const bool goes_on = trial.reached < trial.goal && !ending_due(state, trial);
    if (goes_on) trial.phase = Queued{};
    file(state, trial);
    if (trial.reached >= trial.goal) tell(state, search::Released{fact.trial});
    return success();
}

Result<> change(State& state, const TrialEnded& fact, TimePoint) {
    if (fact.trial.value() >= state.trials.size())
        return contradiction(name_of(fact.trial) + " does not exist");
    Trial& trial = state.trial(fact.trial);
    if (std::holds_alternative<Ended>(trial.phase))
        return contradiction(name_of(fact.trial) + " has ended already");
    if (std::holds_alternative<Running>(trial.phase))
        return contradiction(name_of(fact.trial) + " still runs");
    trial.phase = Ended{fact.how, fact.value, fact.reason};
    file(state, trial);
    ++state.ended_trials;
    if (fact.how == search::Ending::failed) ++state.failed_trials;
    if (fact.how == search::Ending::completed && fact.value) {
        const auto best = state.best ? state.trial(*state.best).value() : std::nullopt;
        if (!best || better(state.study().objective.direction, *fact.value, *best) ||
            (*fact.value == *best && fact.trial < *state.best)) {
            state.best = fact.trial;
        }
    }
    tell(state, search::Ended{fact.trial, fact.how});
    return success();
}

Result<> change(State& state, const ProposalsEnded& fact, TimePoint) {
    if (state.proposals_ended) return contradiction("proposals have ended already");
    state.proposals_ended = fact.reason;
    tell(state, search::ProposalsEnded{});
    return success();
}

Result<> change(State& state, const StudyPaused&, TimePoint) {
    if (state.phase != StudyPhase::running) return contradiction("the study does not run");
    state.phase = StudyPhase::paused;
    return success();
}

Result<> change(State& state, const StudyResumed&, TimePoint) {
    if (state.phase != StudyPhase::paused) return contradiction("the study is not paused");
    state.phase = StudyPhase::running;
    return success();
}

Result<> change(State& state, const StudyEnded& fact, TimePoint) {
    if (state.phase == StudyPhase::ended) return contradiction("the study has ended already");
    state.phase = StudyPhase::ended;
    state.ending = fact;
    for (const Trial& trial : state.trials) file(state, trial);  // every open trial has its end due now
    return success();
}

}  // namespace

Result<> apply(State& state, const StampedFact& stamped) {
    if (!state.created && !std::holds_alternative<StudyCreated>(stamped.fact)) {
        return contradiction("the first fact does not create the study");
    }
    const bool paused = state.phase == StudyPhase::paused;
    const auto changed =
        std::visit([&](const auto& fact) { return change(state, fact, stamped.at); }, stamped.fact);
    if (!changed) return changed;
    const bool idle = paused || state.facts == 0 || std::holds_alternative<CoordinatorStarted>(stamped.fact);
    if (!idle && stamped.at > state.last_at) state.active += stamped.at - state.last_at;
    state.last_at = stamped.at;
    ++state.facts;
    return success();
}

Result<State> replay(const std::vector<StampedFact>& facts) {
    State state;
    for (const StampedFact& fact : facts) {
        if (auto applied = apply(state, fact); !applied) {
            return applied.error().in("fact " + std::to_string(state.facts + 1));
        }
    }
    if (!state.created) return contradiction("a study without facts");
    return state;
}

}  // namespace quench::orchestrator::core

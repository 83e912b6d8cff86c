#include "orchestrator/core/invariants.hpp"

#include "orchestrator/core/decide.hpp"

#include <fmt/format.h>

namespace quench::orchestrator::core {
namespace {

/// Sums over the trials, to be compared with what the state keeps.
struct Tally {
    Resource spent = 0;
    std::size_t queued = 0, running = 0, ended = 0, failed = 0;
    std::map<std::string, int> used;  ///< ranks by session
};

/// Until the child has reported or ended, its worker may still be copying the parent's checkpoint.
void check_parent(const State& state, const Trial& child, const search::Parent& parent,
                  std::vector<std::string>& broken) {
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) broken.push_back(fmt::format("trial {}: {}", child.id.value(), what));
    };
    if (parent.trial >= child.id) return expect(false, "it is older than its parent");
    const Trial& copied = state.trial(parent.trial);
    expect(copied.reached >= parent.step, "its parent never came to where it began");
    const bool copying = child.reached == parent.step && !std::holds_alternative<Ended>(child.phase);
    const bool stands =
        std::holds_alternative<Paused>(copied.phase) || std::holds_alternative<Ended>(copied.phase);
    expect(!copying || (stands && copied.reached == parent.step),
           "its parent went on before the checkpoint was copied");
}

void check_trial(const State& state, const Trial& trial, Tally& tally, std::vector<std::string>& broken) {
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) broken.push_back(fmt::format("trial {}: {}", trial.id.value(), what));
    };
    tally.spent += trial.reached - trial.begun();
    if (trial.parent) check_parent(state, trial, *trial.parent, broken);
    expect(trial.reached <= trial.goal, "it went beyond its goal");
    expect(trial.goal <= state.study().fidelity.max, "its goal is beyond the study's maximum");
    expect(trial.id.value() == static_cast<std::uint64_t>(&trial - state.trials.data()),
           "it stands in another's place");
    Resource last = trial.begun();
    for (const Point& point : trial.curve) {
        expect(point.step > last && point.step <= trial.reached, "its curve does not rise in steps");
        last = point.step;
    }
    const auto place = state.queue.find(trial.order);
    const bool in_queue = place != state.queue.end() && place->second == trial.id;
    expect(in_queue == std::holds_alternative<Queued>(trial.phase), "queue and phase disagree");
    expect(state.running.contains(trial.id) == std::holds_alternative<Running>(trial.phase),
           "running and phase disagree");
    expect(state.to_end.contains(trial.id) == ending_due(state, trial).has_value(),
           "to_end and phase disagree");
    if (std::holds_alternative<Queued>(trial.phase)) {
        ++tally.queued;
        expect(trial.reached < trial.goal, "it is queued with nothing to do");
    }
    if (const auto* running = std::get_if<Running>(&trial.phase)) {
        ++tally.running;
        tally.used[running->session] += running->ranks;
        expect(running->attempt.value() == trial.attempts, "its running attempt is not its last");
        expect(running->to <= trial.goal, "its attempt goes beyond its goal");
    }
    if (const auto* ended = std::get_if<Ended>(&trial.phase)) {
        ++tally.ended;
        tally.failed += ended->how == search::Ending::failed ? 1 : 0;
        expect(ended->how != search::Ending::completed || trial.value().has_value(),
               "it completed without a value");
    }
}

}  // namespace

std::vector<std::string> broken_invariants(const State& state) {
    std::vector<std::string> broken;
    if (!state.created) return broken;
    Tally tally;
    for (const Trial& trial : state.trials) check_trial(state, trial, tally, broken);
    const auto expect = [&](bool holds, const char* what) {
        if (!holds) broken.emplace_back(what);
    };
    expect(tally.spent == state.spent, "spent is not the sum over trials");
    expect(tally.queued == state.queue.size(), "the queue has strangers");
    expect(tally.running == state.running.size(), "running has strangers");
    expect(tally.ended == state.ended_trials && tally.failed == state.failed_trials,
           "ended trials are miscounted");
    std::size_t on_workers = 0;
    for (const auto& [name, worker] : state.workers) {
        expect(worker.used == tally.used[worker.session], "a worker's slots are miscounted");
        expect(worker.used <= worker.slots, "a worker has more ranks than slots");
        expect(state.room.contains({worker.used - worker.slots, name}), "a worker's room is miscounted");
        for (const TrialId trial : worker.running) {
            const auto* running = std::get_if<Running>(&state.trial(trial).phase);
            expect(running != nullptr && running->worker == name, "a worker has a trial that is not its own");
        }
        on_workers += worker.running.size();
        tally.used.erase(worker.session);
    }
    expect(state.room.size() == state.workers.size(), "room has strangers");
    expect(on_workers == tally.running, "a running trial is on no worker");
    for (const auto& [session, ranks] : tally.used)
        expect(ranks == 0, "an attempt runs on a worker that is not there");
    expect(state.phase != StudyPhase::ended || state.ending.has_value(), "the study ended without a reason");
    const auto& limit = state.study().stop.trials;
    expect(!limit || state.trials.size() <= *limit, "more trials than stop.trials");
    return broken;
}

Progress progress_of(const State& state) {
    Progress progress{.trials = state.trials.size(), .reached = {}, .attempts = {}, .ended = {}};
    for (const Trial& trial : state.trials) {
        progress.reached.push_back(trial.reached);
        progress.attempts.push_back(trial.attempts);
        progress.ended.push_back(std::holds_alternative<Ended>(trial.phase));
    }
    return progress;
}

std::vector<std::string> broken_transitions(const Progress& before, const State& after) {
    std::vector<std::string> broken;
    if (after.trials.size() < before.trials) return {"a trial vanished"};
    for (std::size_t i = 0; i < before.trials; ++i) {
        const Trial& trial = after.trials[i];
        if (trial.reached < before.reached[i]) broken.push_back(fmt::format("trial {} lost steps", i));
        if (trial.attempts < before.attempts[i]) broken.push_back(fmt::format("trial {} lost attempts", i));
        const bool ended = std::holds_alternative<Ended>(trial.phase);
        if (before.ended[i] &&
            (!ended || trial.reached != before.reached[i] || trial.attempts != before.attempts[i])) {
            broken.push_back(fmt::format("trial {} went on after its end", i));
        }
    }
    return broken;
}

}  // namespace quench::orchestrator::core

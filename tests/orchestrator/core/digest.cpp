#include "tests/orchestrator/core/digest.hpp"

#include "orchestrator/store/fact_codec.hpp"
#include "search/space/configuration.hpp"

#include <bit>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::orchestrator::core {
namespace {

std::string bits(double value) {
    return fmt::format("{}/{:x}", value, std::bit_cast<std::uint64_t>(value));
}

std::string bits(const std::optional<double>& value) {
    return value ? bits(*value) : "none";
}

std::string of(const std::optional<TrialId>& trial) {
    return trial ? std::to_string(trial->value()) : "none";
}

template <class AnyFact>
std::string of(const std::optional<AnyFact>& fact) {
    return fact ? store::encode(*fact).body : "none";
}

std::string of(const Queued&) {
    return "queued";
}
std::string of(const Running& phase) {
    return fmt::format("running {} on {} ({}) to {} with {} since {} heard {}", phase.attempt.value(),
                       phase.worker, phase.session, phase.to, phase.ranks, phase.since.us,
                       phase.heard ? phase.heard->us : -1);
}
std::string of(const Paused&) {
    return "paused";
}
std::string of(const Ended& phase) {
    return fmt::format("ended {} at {}: {}", static_cast<int>(phase.how), bits(phase.value), phase.reason);
}

std::string of(const Trial& trial) {
    std::string text = fmt::format(
        "trial {} {} from {} bracket {} goal {} reached {} order {} attempts {} setbacks {} {} {} timed {} "
        "{} at "
        "{} {}\n verdict {}\n end {}\n curve",
        trial.id.value(), search::space::to_json(trial.params).dump(),
        trial.parent ? fmt::format("{}@{}", trial.parent->trial.value(), trial.parent->step) : "0",
        trial.bracket, trial.goal, trial.reached, trial.order, trial.attempts, trial.setbacks.crashed,
        trial.setbacks.timed_out, trial.setbacks.lost_in_a_row, trial.timed.count(), trial.timed_steps,
        trial.proposed_at.us, std::visit([](const auto& phase) { return of(phase); }, trial.phase),
        of(trial.verdict), of(trial.last_end));
    for (const Point& point : trial.curve) text += fmt::format(" {}:{}", point.step, bits(point.value));
    return text + "\n";
}

std::string of(const search::scheduler::Scheduler& scheduler) {
    std::string text = fmt::format("next job {}", scheduler.next_job().index());
    for (const auto& rung : scheduler.rungs()) {
        text += fmt::format("\n rung {} at {}: {} running, {} arrived, {} promoted, best {}", rung.bracket,
                            rung.at, rung.running, rung.arrived, rung.promoted, bits(rung.best));
    }
    for (const auto& due : scheduler.judgements_due())
        text += fmt::format("\n due {} {}", due.trial.value(), due.reason);
    return text + "\n";
}

}  // namespace

std::string digest(const State& state) {
    if (!state.created) return "nothing";
    std::string text = fmt::format(
        "{} phase {} ending {} proposals ended {} next order {} spent {} ended {} failed {} best {} best "
        "seen {} "
        "created {} last {} active {} told {} facts {}\nqueue",
        state.study().name, static_cast<int>(state.phase), of(state.ending),
        state.proposals_ended.value_or("no"), state.next_order, state.spent, state.ended_trials,
        state.failed_trials, of(state.best), bits(state.best_seen), state.created_at.us, state.last_at.us,
        state.active.count(), state.told, state.facts);
    for (const auto& [order, trial] : state.queue) text += fmt::format(" {}:{}", order, trial.value());
    text += "\nrunning";
    for (const TrialId trial : state.running) text += fmt::format(" {}", trial.value());
    text += "\nto end";
    for (const TrialId trial : state.to_end) text += fmt::format(" {}", trial.value());
    for (const auto& [name, worker] : state.workers) {
        text += fmt::format("\nworker {} {} {} {} {} {} {}", name, worker.name, worker.session, worker.host,
                            worker.pid, worker.slots, worker.used);
    }
    for (const auto& [minus_free, worker] : state.room)
        text += fmt::format("\nroom {} {}", minus_free, worker);
    text += "\n";
    for (const Trial& trial : state.trials) text += of(trial);
    text += of(*state.scheduler);
    for (const auto& next : state.sampler->ask(TrialId(state.trials.size()), 2))
        text += search::space::to_json(next).dump();
    return text;
}

std::string difference(const std::string& a, const std::string& b) {
    std::istringstream in_a(a);
    std::istringstream in_b(b);
    for (std::string line_a, line_b; a != b;) {
        const bool more_a = static_cast<bool>(std::getline(in_a, line_a));
        const bool more_b = static_cast<bool>(std::getline(in_b, line_b));
        if (line_a != line_b || more_a != more_b) return line_a + "\n instead of \n" + line_b;
        if (!more_a) break;
    }
    return "";
}

}  // namespace quench::orchestrator::core

#include "orchestrator/core/best.hpp"

#include <cmath>

namespace quench::orchestrator::core {

std::optional<Best> best_of(const State& state) {
    if (!state.created) return std::nullopt;
    if (state.best) {
        const Trial& trial = state.trial(*state.best);
        const auto* ended = std::get_if<Ended>(&trial.phase);
        if (ended != nullptr && ended->value) return Best{trial.id, trial.reached, *ended->value, false};
    }
    std::optional<Best> best;
    for (const Trial& trial : state.trials)
        for (const Point& point : trial.curve) {
            if (!std::isfinite(point.value)) continue;
            const bool further = !best || point.step > best->step;
            const bool as_far = best && point.step == best->step;
            if (further || (as_far && better(state.study().objective.direction, point.value, best->value)))
                best = Best{trial.id, point.step, point.value, true};
        }
    return best;
}

}  // namespace quench::orchestrator::core

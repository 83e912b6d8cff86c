#include "orchestrator/core/best.hpp"

#include "orchestrator/core/decide.hpp"
#include "search/pareto.hpp"

#include <algorithm>
#include <cmath>

namespace quench::orchestrator::core {
namespace {

/// A trial that diverged or is infeasible is nobody's choice, whatever it showed before.
bool out_of_the_question(const Trial& trial) {
    const auto* ended = std::get_if<Ended>(&trial.phase);
    return trial.diverged() || (ended != nullptr && (ended->how == search::Ending::diverged ||
                                                     ended->how == search::Ending::infeasible));
}

}  // namespace

std::optional<Best> best_of(const State& state) {
    if (!state.created) return std::nullopt;
    if (state.best) {
        const Trial& trial = state.trial(*state.best);
        const auto* ended = std::get_if<Ended>(&trial.phase);
        if (ended != nullptr && ended->value) return Best{trial.id, trial.reached, *ended->value, false};
    }
    std::optional<Best> best;
    for (const Trial& trial : state.trials) {
        if (out_of_the_question(trial)) continue;
        for (const Point& point : trial.curve) {
            if (!std::isfinite(point.value)) continue;
            const bool further = !best || point.step > best->step;
            const bool as_far = best && point.step == best->step;
            if (further || (as_far && better(state.study().objective.direction, point.value, best->value)))
                best = Best{trial.id, point.step, point.value, true};
        }
    }
    return best;
}

Front front_of(const State& state) {
    Front front;
    if (!state.created) return front;
    const auto objectives = state.study().objectives();
    std::vector<Best> candidates;
    std::vector<search::Values> points;  // minimised
    Resource furthest = 0;
    for (const bool completed : {true, false}) {
        for (const Trial& trial : state.trials) {
            const auto* ended = std::get_if<Ended>(&trial.phase);
            const Point* result = trial.result();
            if (!result || (completed && !(ended && ended->how == search::Ending::completed))) continue;
            if (!completed && (out_of_the_question(trial) || result->step < furthest)) continue;
            if (!completed && result->step > furthest) {
                furthest = result->step;
                candidates.clear();
                points.clear();
            }
            candidates.push_back({trial.id, result->step, result->value, !completed});
            search::Values values{minimised(objectives[0].direction, result->value)};
            for (std::size_t i = 1; i < objectives.size(); ++i)
                values.push_back(minimised(objectives[i].direction, result->others[i - 1]));
            points.push_back(std::move(values));
        }
        if (!candidates.empty()) break;
    }
    auto members = search::pareto_front(points);
    std::stable_sort(members.begin(), members.end(),
                     [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
    for (const std::size_t i : members) {
        front.trials.push_back(candidates[i]);
        front.provisional = candidates[i].provisional;
        for (std::size_t k = 0; k < objectives.size(); ++k)
            points[i][k] = minimised(objectives[k].direction, points[i][k]);
        front.values.push_back(points[i]);
    }
    return front;
}

}  // namespace quench::orchestrator::core

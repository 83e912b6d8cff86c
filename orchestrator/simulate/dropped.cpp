#include "orchestrator/simulate/dropped.hpp"

#include "orchestrator/core/decide.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace quench::orchestrator::simulate {
namespace {

using core::Resource;

/// To be minimised; what is no finite number is worst.
double true_value(const core::State& state, const Curve& curve, Resource step) {
    const double value =
        core::minimised(state.study().objective.direction, curve.values[static_cast<std::size_t>(step - 1)]);
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

struct Entrant {
    double value = 0;
    core::TrialId trial;
    bool survived = false;
    friend bool operator<(const Entrant& a, const Entrant& b) {
        return a.value != b.value ? a.value < b.value : a.trial < b.trial;
    }
};

/// Of the best, as many as `survivors`, those that did not survive. Which of two equal values survives is no
/// mistake.
std::size_t missed(std::vector<Entrant> entrants, std::size_t survivors) {
    const auto last = entrants.begin() + static_cast<std::ptrdiff_t>(survivors - 1);
    std::nth_element(entrants.begin(), last, entrants.end());
    const double threshold = last->value;
    std::size_t right = 0;
    for (const Entrant& entrant : entrants)
        if (entrant.survived && entrant.value <= threshold) ++right;
    return survivors - std::min(right, survivors);
}

}  // namespace

Dropped wrongly_dropped(const core::State& state, const std::vector<Curve>& curves) {
    std::map<int, std::vector<Resource>> ladders;
    for (const auto& rung : state.scheduler->rungs()) ladders[rung.bracket].push_back(rung.at);
    Dropped dropped;
    double shares = 0;
    std::size_t rungs = 0;
    for (auto& [bracket, ladder] : ladders) {
        std::sort(ladder.begin(), ladder.end());
        for (std::size_t i = 0; i < ladder.size(); ++i) {
            const bool top = i + 1 == ladder.size();
            std::vector<Entrant> entrants;
            std::size_t survivors = 0;
            for (const core::Trial& trial : state.trials) {
                if (trial.bracket != bracket || (i > 0 && trial.reached <= ladder[i - 1])) continue;
                const bool survived = top ? trial.reached >= ladder[i] : trial.reached > ladder[i];
                entrants.push_back(
                    {true_value(state, curves[trial.id.value()], ladder[i]), trial.id, survived});
                if (survived) ++survivors;
            }
            if (survivors == 0 || survivors == entrants.size()) continue;
            // Nobody goes on from the maximum: what is wanted there is the best.
            if (top) survivors = 1;
            const std::size_t wrong = missed(std::move(entrants), survivors);
            dropped.trials += wrong;
            shares += static_cast<double>(wrong) / static_cast<double>(survivors);
            ++rungs;
        }
    }
    if (rungs > 0) dropped.share = shares / static_cast<double>(rungs);
    return dropped;
}

std::optional<double> trained_out(const core::State& state, const std::vector<Curve>& curves,
                                  core::TrialId trial) {
    const double value = true_value(state, curves[trial.value()], state.study().fidelity.max);
    if (!std::isfinite(value)) return std::nullopt;
    return core::minimised(state.study().objective.direction, value);
}

std::optional<double> regret(const core::State& state, const std::vector<Curve>& curves,
                             core::TrialId chosen) {
    double best = std::numeric_limits<double>::infinity();
    for (const Curve& curve : curves)
        best = std::min(best, true_value(state, curve, state.study().fidelity.max));
    const double found = true_value(state, curves[chosen.value()], state.study().fidelity.max);
    if (!std::isfinite(found)) return std::nullopt;
    return found - best;
}

}  // namespace quench::orchestrator::simulate

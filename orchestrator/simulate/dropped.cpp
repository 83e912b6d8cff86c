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

struct TrueRung {
    int bracket = 0;
    Resource at = 0;
    std::vector<Entrant> entrants;
    std::size_t survivors = 0;  ///< that there were
    std::size_t wanted = 0;     ///< true ones
    double threshold = 0;       ///< the value of the last of these
};

TrueRung true_rung(const core::State& state, const std::vector<Curve>& curves, TrueRung rung, Resource below,
                   bool top) {
    for (const core::Trial& trial : state.trials) {
        if (trial.bracket != rung.bracket || trial.reached <= below || trial.begun() >= rung.at) continue;
        const bool survived = top ? trial.reached >= rung.at : trial.reached > rung.at;
        rung.entrants.push_back({true_value(state, curves[trial.id.value()], rung.at), trial.id, survived});
        if (survived) ++rung.survivors;
    }
    rung.wanted = rung.survivors;
    const auto eta = static_cast<std::size_t>(state.study().fidelity.eta);
    if (top) rung.wanted = std::min(rung.survivors, std::max<std::size_t>(1, rung.entrants.size() / eta));
    if (rung.wanted == 0) return rung;
    std::vector<double> values;
    for (const Entrant& entrant : rung.entrants) values.push_back(entrant.value);
    const auto last = values.begin() + static_cast<std::ptrdiff_t>(rung.wanted - 1);
    std::nth_element(values.begin(), last, values.end());
    rung.threshold = *last;
    return rung;
}

std::vector<TrueRung> true_rungs(const core::State& state, const std::vector<Curve>& curves) {
    std::map<int, std::vector<Resource>> ladders;
    for (const auto& rung : state.scheduler->rungs()) ladders[rung.bracket].push_back(rung.at);
    std::vector<TrueRung> rungs;
    for (auto& [bracket, ladder] : ladders) {
        std::sort(ladder.begin(), ladder.end());
        for (std::size_t i = 0; i < ladder.size(); ++i)
            rungs.push_back(true_rung(state, curves, {.bracket = bracket, .at = ladder[i], .entrants = {}},
                                      i == 0 ? -1 : ladder[i - 1], i + 1 == ladder.size()));
    }
    return rungs;
}

/// True survivors that did not survive. Which of two equal values survives is no mistake.
std::size_t missed(const TrueRung& rung) {
    std::size_t right = 0;
    for (const Entrant& entrant : rung.entrants)
        if (entrant.survived && entrant.value <= rung.threshold) ++right;
    return rung.wanted - std::min(right, rung.wanted);
}

}  // namespace

Dropped wrongly_dropped(const core::State& state, const std::vector<Curve>& curves) {
    Dropped dropped;
    double shares = 0;
    std::size_t rungs = 0;
    for (const TrueRung& rung : true_rungs(state, curves)) {
        if (rung.survivors == 0 || rung.survivors == rung.entrants.size()) continue;
        const std::size_t wrong = missed(rung);
        dropped.trials += wrong;
        shares += static_cast<double>(wrong) / static_cast<double>(rung.wanted);
        ++rungs;
    }
    if (rungs > 0) dropped.share = shares / static_cast<double>(rungs);
    return dropped;
}

Calibration calibration(const core::State& state, const std::vector<Curve>& curves,
                        const std::vector<Claim>& claims) {
    std::map<std::pair<int, Resource>, TrueRung> rungs;
    for (TrueRung& rung : true_rungs(state, curves)) {
        const std::pair key{rung.bracket, rung.at};
        rungs[key] = std::move(rung);
    }
    Calibration all;
    for (const Claim& claim : claims) {
        const auto found = rungs.find({state.trial(claim.trial).bracket, claim.target});
        if (found == rungs.end() || found->second.wanted == 0) continue;
        const double value = true_value(state, curves[claim.trial.value()], claim.target);
        all.add(
            {.chance = claim.chance, .stopped = claim.stopped, .survived = value <= found->second.threshold});
    }
    return all;
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

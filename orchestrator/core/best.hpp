// Which trial a study would name if it were asked now.
#pragma once

#include "orchestrator/core/state.hpp"

#include <optional>
#include <vector>

namespace quench::orchestrator::core {

struct Best {
    TrialId trial;
    Resource step = 0;
    double value = 0;
    bool provisional = false;  ///< no trial is completed yet
};

/// Of several objectives: completed trials that no other completed trial beats in one objective without
/// losing in another, the best of the first objective first; of equal ones all. While none is completed: of
/// the trials that have a value at the highest step of any.
struct Front {
    std::vector<Best> trials;
    std::vector<std::vector<double>> values;  ///< one list a trial, in the user's directions
    bool provisional = false;
};
Front front_of(const State& state);

/// The best completed trial (ties to the lower number). While there is none: the best value at the highest
/// step that any trial has a value at, since values at different steps do not compare. Nothing without
/// values.
std::optional<Best> best_of(const State& state);

}  // namespace quench::orchestrator::core

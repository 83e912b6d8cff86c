// Which trial a study would name if it were asked now.
#pragma once

#include "orchestrator/core/state.hpp"

#include <optional>

namespace quench::orchestrator::core {

struct Best {
    TrialId trial;
    Resource step = 0;
    double value = 0;
    bool provisional = false;  ///< no trial is completed yet
};

/// The best completed trial (ties to the lower number). While there is none: the best value at the highest
/// step that any trial has a value at, since values at different steps do not compare. Nothing without
/// values.
std::optional<Best> best_of(const State& state);

}  // namespace quench::orchestrator::core

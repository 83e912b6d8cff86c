// Everything that a state says, as text: two states with one digest are the same state.
#pragma once

#include "orchestrator/core/state.hpp"

#include <string>

namespace quench::orchestrator::core {

/// Of the sampler its next proposals, of the scheduler its rungs and what it wants next. Doubles bit for bit.
std::string digest(const State& state);

/// The first line in which two digests differ; "" if they are equal.
std::string difference(const std::string& a, const std::string& b);

}  // namespace quench::orchestrator::core

// The trade-offs of several objectives, as a picture (SVG).
#pragma once

#include "orchestrator/core/best.hpp"

#include <string>

namespace quench::orchestrator::cli {

/// One panel a pair of objectives: a dot a trial with a value, the trials that nothing beats connected along
/// the first objective of the panel, with their numbers.
std::string front_plot(const core::State& state, const core::Front& front);

}  // namespace quench::orchestrator::cli

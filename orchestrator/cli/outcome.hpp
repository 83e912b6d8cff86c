// What a study came to, on stdout.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/state.hpp"

namespace quench::orchestrator::cli {

/// The best trial, or those that nothing beats where there are several objectives, in the form that --output
/// asks for. Throws Refusal (not_found) when no trial has a value.
void print_best(const World& world, const Common& common, const core::State& state);

/// How the study stands now that its coordinator is done, and its best trial. `error` for a study that failed
/// or in which no trial has a value.
ExitCode print_outcome(const World& world, const Common& common, const core::State& state);

}  // namespace quench::orchestrator::cli

// What a study came to, on stdout.
#pragma once

#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/state.hpp"

#include <iosfwd>

namespace quench::orchestrator::cli {

/// The best trial, or those that nothing beats where there are several objectives, in the form that --output
/// asks for. Throws Refusal (not_found) when no trial has a value.
void print_best(const World& world, const Common& common, const core::State& state);

/// How a trial with a parent came to be, for people: the parameters of its ancestors, in the order in which
/// to train with them. `rows` are lineage_rows.
void print_lineage(std::ostream& out, const core::Study& study, const Json& rows);

/// How the study stands now that its coordinator is done, and its best trial. `error` for a study that failed
/// or in which no trial has a value.
ExitCode print_outcome(const World& world, const Common& common, const core::State& state);

}  // namespace quench::orchestrator::cli

// What simulated studies look like from outside: JSON, a line a run, tables. README.md lists the keys.
#pragma once

#include "orchestrator/cli/output.hpp"
#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/fitted_landscape.hpp"
#include "orchestrator/simulate/virtual_study.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// A study file that was simulated.
struct Simulated {
    std::string file;
    core::Study study;
    std::string answers;  ///< who shows curves: "function" or a TableAnswer's name
    std::vector<simulate::Run> runs;
    std::optional<simulate::Validation> model;  ///< of the table, where a model answers instead of rows
    double noise = 0;                           ///< of a function's reports, as a share of its scale
};

/// "runs" (one object a seed), "mean" and "interval" of every figure of theirs.
Json simulation_view(const Simulated& simulated);

/// A row a run, of all studies.
void print_run_rows(std::ostream& out, const std::vector<Simulated>& all);

/// What came out with its intervals, and where the workers' time went.
void print_simulations(std::ostream& out, const std::vector<Simulated>& all);

}  // namespace quench::orchestrator::cli

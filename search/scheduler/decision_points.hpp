// Where on the way to a target decisions are taken.
#pragma once

#include "search/trial_id.hpp"

#include <vector>

namespace quench::search::scheduler {

/// Swift-Hyperband's and Swift-ASHA's, as shares of the way: close to each other where a stop saves most.
inline const std::vector<double> usual_decisions = {0.0625, 0.125, 0.1875, 0.25, 0.375,
                                                    0.5,    0.625, 0.75,   0.875};

/// Shares of the way from `from` to `target`, rounded up to whole steps, at least one; rising, without
/// repetition and below the target. `spacing` steps at least lie between them, after `from` and before
/// `target`.
std::vector<Resource> decision_points(Resource from, Resource target, const std::vector<double>& shares,
                                      Resource spacing = 1);

/// How many steps should lie between decisions where starting a trial's program costs as much as `start_cost`
/// steps (0 or more): at each decision point all contenders are started anew. 1 + 3 start_cost, by what
/// simulated studies take least time with (bench/README.md).
Resource spacing_for(double start_cost);

}  // namespace quench::search::scheduler

// Finds configurations that fulfil a space's constraints: any, and one near a point.
//
// Both are searches of bounded effort, keyed by what they are asked, so that the same question has the same
// answer. A space of which no configuration is found is refused when the study is read, so that a sampler
// always has an answer.
#pragma once

#include "base/result.hpp"
#include "search/space/space.hpp"

#include <span>
#include <vector>

namespace quench::search::space {

/// Up to 32 configurations, spread as far as uniform draws meet them, at least one; or the error that there
/// is none, or that none was found. Draws first; then boxes of the cube are halved, and those on which a
/// constraint is certainly broken put away, so that a corner of 1 in 10^9 is found and an empty space of few
/// values is proven to be empty.
base::Result<std::vector<Configuration>> find_feasible(const Space& space);

/// A configuration that fulfils the constraints, near a point that does not. Only parameters that a
/// constraint ties are moved: a little at first and then farther, in up to 200 draws; if all of them fail,
/// towards the nearest of the `known` points (those of find_feasible, with their configurations).
Configuration feasible_near(const Space& space, std::span<const double> point,
                            std::span<const std::vector<double>> known,
                            std::span<const Configuration> known_configurations);

}  // namespace quench::search::space

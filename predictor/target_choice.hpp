// Level or change: which of the two does a regression learn better from these curves?
#pragma once

#include "predictor/features.hpp"

namespace quench::predictor {

/// The target with the smaller square error of a kernel ridge regression (Gaussian kernel) in a
/// cross-validation over whole configurations, of at most the first 200 curves. That regression stands for
/// all: its fit is a linear system, not an annealer's run. Without a known value, or with too few curves to
/// tell, the level. `options.target` is not looked at. Deterministic; O(curves^3).
[[nodiscard]] Target better_target(std::span<const Curve> training, const Question& question,
                                   const FeatureOptions& options);

/// The options, with the better target in the place of `chosen`.
[[nodiscard]] FeatureOptions settled(FeatureOptions options, std::span<const Curve> training,
                                     const Question& question);

}  // namespace quench::predictor

// What a Gaussian process is told instead of the raw objective.
#pragma once

#include <vector>

namespace quench::search::sampler {

/// Values with mean 0 and variance 1, in the same order as before: standardised, then through the power
/// transform of Yeo and Johnson (Biometrika 87, 2000) with the exponent of largest likelihood, then
/// standardised again. An objective that spans decades, or that is flat but for a few huge values, becomes
/// one that a stationary kernel can follow. Expects finite values; equal ones become 0.
std::vector<double> normalised(std::vector<double> values);

}  // namespace quench::search::sampler

// What a Gaussian process sees instead of a coordinate.
#pragma once

namespace quench::search::sampler {

/// w(x) = (e^(bend x) - 1) / (e^bend - 1), x itself for bend 0: maps [0, 1] onto itself, rises, and stretches
/// the upper end (bend > 0) or the lower one (bend < 0). A function that changes fast at one end of an axis
/// and slowly at the other, as of a rate that should have had a logarithmic scale, becomes one that a
/// stationary kernel can follow. (The idea is of Snoek et al., ICML 2014, with beta distributions; one bend
/// is smooth up to the ends, and half as many hyperparameters.)
struct InputWarp {
    double value = 0;
    double by_x = 1;     ///< derivatives
    double by_bend = 0;  ///< relative to the bend
};
[[nodiscard]] InputWarp input_warp(double x, double bend);

}  // namespace quench::search::sampler

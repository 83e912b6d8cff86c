// Learning curves for tests.
#pragma once

#include "base/random.hpp"
#include "predictor/curve.hpp"

#include <cmath>
#include <vector>

namespace quench::predictor {

/// Power laws c + a t^-b with a little noise, 30 steps, whose parameters say a and b (and a third one
/// nothing).
inline std::vector<Curve> power_laws(std::size_t count, std::uint64_t seed, double noise = 0.005) {
    base::Rng rng(seed, "power laws");
    std::vector<Curve> curves;
    for (std::size_t n = 0; n < count; ++n) {
        const double floor = 0.6 * rng.uniform(), height = 0.2 + 0.8 * rng.uniform(),
                     slope = 0.2 + rng.uniform();
        Curve curve{.parameters = {height, slope, rng.uniform()}};
        for (int t = 1; t <= 30; ++t)
            curve.values.push_back(floor + height * std::pow(t, -slope) + noise * rng.normal());
        curves.push_back(std::move(curve));
    }
    return curves;
}

}  // namespace quench::predictor

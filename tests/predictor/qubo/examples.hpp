// Problems for tests.
#pragma once

#include "base/random.hpp"
#include "predictor/qsvr/encoding.hpp"
#include "predictor/qubo/model.hpp"

#include <cmath>

namespace quench::predictor {

/// Dense problem with standard normal coefficients and an offset.
inline qubo::Qubo gaussian(std::size_t size, std::uint64_t seed) {
    base::Rng rng(seed, "gaussian");
    qubo::Qubo qubo(size);
    qubo.add_offset(rng.normal());
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j <= i; ++j) qubo.add_coupling(i, j, rng.normal());
    }
    return qubo;
}

inline qubo::Bits random_bits(std::size_t size, base::Rng& rng) {
    qubo::Bits bits(size);
    for (auto& bit : bits) bit = static_cast<std::uint8_t>(rng.below(2));
    return bits;
}

/// A regression of `points` learning curves of 13 values, c + a t^-b with noise, all scaled to about [0, 1].
struct Regression {
    std::vector<double> kernel, targets;
};
inline Regression curves(std::size_t points, std::uint64_t seed) {
    constexpr std::size_t features = 13;
    base::Rng rng(seed, "curves");
    std::vector<double> rows;
    Regression regression;
    for (std::size_t n = 0; n < points; ++n) {
        const double floor = 0.6 * rng.uniform(), height = 0.2 + 0.8 * rng.uniform();
        const double slope = 0.2 + rng.uniform();
        const auto value = [&](double t) {
            return floor + height * std::pow(t, -slope) + 0.01 * rng.normal();
        };
        for (std::size_t f = 0; f < features; ++f) rows.push_back(value(1.0 + 2.0 * static_cast<double>(f)));
        regression.targets.push_back(value(98));
    }
    regression.kernel = qsvr::rbf_kernel(rows, features, 0.1);
    return regression;
}

}  // namespace quench::predictor

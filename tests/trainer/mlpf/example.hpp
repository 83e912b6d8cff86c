// Small batches that look like events, for tests of the network.
#pragma once

#include "base/random.hpp"
#include "trainer/mlpf/batch.hpp"

#include <cmath>
#include <vector>

namespace quench::trainer::mlpf {

inline constexpr Index feature_columns = 12;

template <class Scalar>
Batch<Scalar> example_batch(const std::vector<Index>& sizes, std::uint64_t seed) {
    Batch<Scalar> batch;
    batch.begin = {0};
    for (const Index size : sizes) batch.begin.push_back(batch.begin.back() + size);
    for (std::size_t e = 0; e < sizes.size(); ++e) batch.numbers.push_back(1000 * seed + e);
    const Index rows = batch.begin.back();
    batch.features.setZero(rows, feature_columns);
    batch.targets.setZero(rows, target_columns);
    base::Rng rng(seed, "test.batch");
    for (Index i = 0; i < rows; ++i) {
        const bool track = rng.uniform() < 0.6;
        const double pt = 0.3 + 2 * rng.exponential(), eta = 2 * rng.normal(), phi = 6.28 * rng.uniform();
        const auto put = [&](Index column, double value) {
            batch.features(i, column) = static_cast<Scalar>(value);
        };
        const auto aim = [&](Index column, double value) {
            batch.targets(i, column) = static_cast<Scalar>(value);
        };
        put(0, track ? 2 : 1);
        put(1, pt);
        put(2, eta);
        put(3, std::sin(phi));
        put(4, std::cos(phi));
        put(5, pt * std::cosh(eta));
        for (Index c = 6; c < feature_columns; ++c) put(c, track || c < 8 ? std::abs(rng.normal()) : 0.0);
        const auto truth = static_cast<double>(rng.below(classes));
        if (truth == 0) continue;
        aim(0, truth);
        aim(1, static_cast<double>(rng.below(3)) - 1);
        aim(2, pt * (1 + 0.2 * rng.normal()));
        aim(3, eta + 0.05 * rng.normal());
        aim(4, std::sin(phi));
        aim(5, std::cos(phi));
        aim(6, pt * std::cosh(eta) * (1 + 0.1 * rng.normal()));
    }
    return batch;
}

}  // namespace quench::trainer::mlpf

// Gradients against central differences, in double.
//
// Tolerance: with a step h and values of order 1 a central difference errs by h^2/6 f''' + 1e-16/h; h = 1e-5
// gives some 1e-11 and leaves room for the size of f''' and for sums over hundreds of terms: 1e-6 relative to
// the largest gradient of an array is four orders above it, and far below any wrong term.
#pragma once

#include "base/random.hpp"
#include "trainer/nn/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include <gtest/gtest.h>

namespace quench::trainer::nn {

inline constexpr double gradient_tolerance = 1e-6;

inline Matrix<double> random_matrix(Index rows, Index cols, std::uint64_t seed, double scale = 1.0) {
    base::Rng rng(seed, "test.matrix");
    Matrix<double> out(rows, cols);
    for (Index i = 0; i < out.size(); ++i) out.data()[i] = scale * rng.normal();
    return out;
}

/// The largest difference between `analytic` and the central differences of `f` in `values`, relative to the
/// largest gradient. At most `most` values are tried, spread over the array.
inline double worst_gradient_error(std::span<double> values, std::span<const double> analytic,
                                   const std::function<double()>& f, std::size_t most = 2000) {
    double largest = 0;
    double worst = 0;
    const std::size_t stride = std::max<std::size_t>(1, values.size() / most);
    for (std::size_t i = 0; i < values.size(); i += stride) {
        const double saved = values[i];
        const double h = 1e-5 * std::max(1.0, std::abs(saved));
        values[i] = saved + h;
        const double up = f();
        values[i] = saved - h;
        const double down = f();
        values[i] = saved;
        const double numeric = (up - down) / (2 * h);
        largest = std::max(largest, std::abs(numeric));
        worst = std::max(worst, std::abs(numeric - analytic[i]));
    }
    EXPECT_GT(largest, 0.0) << "nothing depends on these values";
    return worst / largest;
}

inline std::span<double> span_of(Matrix<double>& m) {
    return {m.data(), static_cast<std::size_t>(m.size())};
}
inline std::span<const double> span_of(const Matrix<double>& m) {
    return {m.data(), static_cast<std::size_t>(m.size())};
}

}  // namespace quench::trainer::nn

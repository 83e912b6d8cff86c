#include "predictor/qsvr/encoding.hpp"

#include "tests/predictor/qubo/examples.hpp"

#include <cmath>

namespace quench::predictor::qsvr {
namespace {

/// The formula as published: index K(sN+n)+i, s = 0 for alpha, 1 for alpha-hat; E = a^T Q a (annealing notes,
/// 1).
double published(const Regression& r, const Encoding& e, std::size_t u, std::size_t v) {
    const std::size_t points = r.targets.size();
    const std::size_t s = u / (e.bits * points), n = u / e.bits % points, i = u % e.bits;
    const std::size_t t = v / (e.bits * points), m = v / e.bits % points, j = v % e.bits;
    const double sign = s == t ? 1 : -1;
    const double power = std::pow(e.base, static_cast<double>(i + j) - 2 * e.exponent);
    double value = sign * power * (r.kernel[n * points + m] / 2 + e.penalty);
    if (u == v) {
        const double y = (s == 0 ? -1 : 1) * r.targets[n];
        value += std::pow(e.base, static_cast<double>(i) - e.exponent) * (e.epsilon + y);
    }
    return value;
}

class Identity : public testing::TestWithParam<Encoding> {};

TEST_P(Identity, the_qubo_is_the_dual_of_support_vector_regression) {
    const Encoding& encoding = GetParam();
    constexpr std::size_t points = 11;
    const auto regression = curves(points, 8);
    const auto factored = encode(regression.kernel, regression.targets, encoding);
    const auto dense = qubo::expand(factored);
    const auto weights = bit_weights(encoding);
    base::Rng rng(9, "bits");
    for (int repeat = 0; repeat < 500; ++repeat) {
        const auto bits = random_bits(dense.size(), rng);
        std::vector<double> alpha(points), alpha_hat(points);
        for (std::size_t n = 0; n < points; ++n) {
            for (std::size_t i = 0; i < encoding.bits; ++i) {
                alpha[n] += weights[i] * bits[encoding.bits * n + i];
                alpha_hat[n] += weights[i] * bits[encoding.bits * (points + n) + i];
            }
        }
        const double dual = dual_objective(regression.kernel, regression.targets, alpha, alpha_hat, encoding);
        const double tolerance = 1e-10 * std::max(1.0, std::abs(dual));
        EXPECT_NEAR(dense.energy(bits), dual, tolerance);
        EXPECT_NEAR(factored.energy(bits), dual, tolerance);
    }
}

TEST_P(Identity, the_coefficients_are_the_published_ones) {
    const auto regression = curves(4, 10);
    const auto dense = qubo::expand(encode(regression.kernel, regression.targets, GetParam()));
    for (std::size_t u = 0; u < dense.size(); ++u) {
        EXPECT_NEAR(dense.linear(u), published(regression, GetParam(), u, u), 1e-10);
        for (std::size_t v = 0; v < u; ++v)
            EXPECT_NEAR(dense.coupling(u, v), 2 * published(regression, GetParam(), u, v), 1e-10);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Encodings, Identity,
    testing::Values(Encoding{}, paper_encoding,
                    Encoding{.bits = 6, .base = 2, .exponent = 2, .penalty = 0, .epsilon = 0.1},
                    Encoding{.bits = 1, .base = 2, .exponent = -1, .penalty = 3}));

TEST(Encoding, the_published_encoding_implies_a_box_of_1_756) {
    EXPECT_NEAR(implied_box(paper_encoding), 1.756, 2e-3);  // .25+.5+1 times 2^.005 = 1.7561
    EXPECT_EQ(implied_box({}), 13);
}

TEST(Encoding, the_bias_is_the_mean_residual) {
    EXPECT_NEAR(
        mean_residual(std::vector<double>{1, 0, 0, 1}, std::vector<double>{3, 5}, std::vector<double>{1, 2}),
        2.5, 1e-15);
    EXPECT_EQ(mean_residual({}, {}, {}), 0);
}

}  // namespace
}  // namespace quench::predictor::qsvr

#include "predictor/qsvr/fit.hpp"

#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/parametric/parametric_predictor.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quench::predictor::qsvr {
namespace {

const anneal::SimulatedAnnealer annealer;

TEST(ContinuousOptimum, has_no_feasible_step_downhill) {
    const auto r = curves(15, 2);
    const Encoding encoding;
    const auto beta = continuous_optimum(r.kernel, r.targets, encoding.epsilon, encoding.penalty, 2.0);
    const double lowest = objective(r.kernel, r.targets, beta, encoding);
    for (std::size_t n = 0; n < beta.size(); ++n) {
        for (const double step : {-1e-2, -1e-4, 1e-4, 1e-2}) {
            auto other = beta;
            other[n] = std::clamp(other[n] + step, -2.0, 2.0);
            EXPECT_GE(objective(r.kernel, r.targets, other, encoding), lowest - 1e-9);
        }
    }
}

TEST(Fit, lies_between_the_continuous_optimum_and_random_bits) {
    const auto r = curves(20, 1);
    for (const auto& encoding : {Encoding{}, paper_encoding}) {
        const auto fitted = fit(annealer, r.kernel, r.targets, {.encoding = encoding});
        ASSERT_TRUE(fitted) << fitted.error().text();
        EXPECT_GE(fitted->energies.lowest, fitted->energies.continuous - 1e-9);
        EXPECT_LT(fitted->energies.gap(), 0.2);
        EXPECT_GT(fitted->energies.random, fitted->energies.lowest);
        const double c = implied_box(encoding);
        for (const double beta : fitted->beta) EXPECT_LE(std::abs(beta), c + 1e-12);
    }
}

TEST(Fit, one_combination_is_the_sample_of_the_proved_minimum) {
    const auto r = curves(8, 4);
    const auto fitted = fit(anneal::BranchAndBoundAnnealer(), r.kernel, r.targets,
                            {.encoding = paper_encoding, .combination = Combination::lowest});
    ASSERT_TRUE(fitted);
    EXPECT_NEAR(objective(r.kernel, r.targets, fitted->beta, paper_encoding), fitted->energies.lowest, 1e-10);
}

TEST(Fit, zoom_rounds_come_ever_nearer_to_the_continuous_optimum) {
    const auto r = curves(12, 5);
    double before = 1e300;
    for (const std::size_t rounds : {0, 3, 6}) {
        const auto fitted =
            fit(annealer, r.kernel, r.targets, {.combination = Combination::lowest, .zoom_rounds = rounds});
        ASSERT_TRUE(fitted);
        const double gap = fitted->energies.gap();
        EXPECT_NEAR(objective(r.kernel, r.targets, fitted->beta, Encoding{}), fitted->energies.lowest, 1e-9);
        EXPECT_LT(gap, before);
        before = gap;
    }
    EXPECT_LT(before, 0.01);
}

TEST(Fit, every_combination_regresses_on_its_own_rows) {
    const auto r = curves(20, 6);
    const double mean = std::accumulate(r.targets.begin(), r.targets.end(), 0.0) / 20;
    for (const auto combination : {Combination::lowest, Combination::mean_of_lowest, Combination::boltzmann,
                                   Combination::score_weighted}) {
        const auto fitted = fit(annealer, r.kernel, r.targets, {.combination = combination});
        ASSERT_TRUE(fitted);
        double residual = 0, total = 0;
        for (std::size_t n = 0; n < 20; ++n) {
            double value = fitted->bias;
            for (std::size_t m = 0; m < 20; ++m) value += r.kernel[n * 20 + m] * fitted->beta[m];
            residual += (r.targets[n] - value) * (r.targets[n] - value);
            total += (r.targets[n] - mean) * (r.targets[n] - mean);
        }
        EXPECT_LT(residual, 0.1 * total);
    }
}

TEST(Parametric, extrapolates_each_of_its_families) {
    const auto value = [](int family, double t) {
        return 0.3 + (family == 0   ? 0.7 * std::pow(t, -0.6)
                      : family == 1 ? 0.7 * std::exp(-t / 12)
                                    : 0.7 / (1 + t * t / 64));
    };
    for (int family = 0; family < 3; ++family) {
        std::vector<double> values;
        for (int t = 1; t <= 20; ++t) values.push_back(value(family, t));
        const auto [mean, deviation] = parametric::extrapolate(values, 80);
        // Shapes of the grid are a factor of 1.7 apart: a time constant between two is off by a third at
        // most.
        EXPECT_NEAR(mean, value(family, 80), 0.03) << family;
        EXPECT_LT(std::abs(mean - value(family, 80)), std::abs(values.back() - value(family, 80))) << family;
        EXPECT_GE(deviation, 0);
    }
}

}  // namespace
}  // namespace quench::predictor::qsvr

#include "search/sampler/gp/gp.hpp"

#include "search/sampler/gp/acquisition.hpp"
#include "search/sampler/gp/expected_improvement.hpp"
#include "search/sampler/gp/input_warp.hpp"
#include "search/sampler/gp/minimize.hpp"
#include "search/sampler/gp/outcome.hpp"
#include "search/sampler/gp/regression.hpp"
#include "tests/search/space/random_space.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

space::Space box(std::size_t dimensions) {
    std::vector<space::Parameter> parameters;
    for (std::size_t i = 0; i < dimensions; ++i)
        parameters.push_back({std::string{'x', static_cast<char>('0' + i)}, space::FloatDomain{}, {}});
    return space::Space::make(parameters).value();
}

TEST(minimize, ends_at_the_minimum_of_rosenbrock_in_a_box) {
    const Differentiable rosenbrock = [](const VectorXd& x, VectorXd& g) {
        const double a = x[1] - x[0] * x[0], b = 1 - x[0];
        g.resize(2);
        g << -400 * a * x[0] - 2 * b, 200 * a;
        return 100 * a * a + b * b;
    };
    const Box wide{VectorXd::Constant(2, -2), VectorXd::Constant(2, 2)};
    const Minimum inside = minimize(rosenbrock, VectorXd::Constant(2, -1), wide, 200);
    EXPECT_NEAR(inside.x[0], 1, 1e-3);
    EXPECT_NEAR(inside.x[1], 1, 1e-3);
    // With x0 <= 1/2 the least is at the bound, x1 = 1/4, value 1/4.
    const Box half{VectorXd::Constant(2, -2), VectorXd::Constant(2, 0.5)};
    const Minimum bound = minimize(rosenbrock, VectorXd::Constant(2, -1), half, 200);
    EXPECT_NEAR(bound.x[0], 0.5, 1e-6);
    EXPECT_NEAR(bound.value, 0.25, 1e-5);
}

TEST(outcome, warped_values_keep_their_order_and_lose_their_scale) {
    std::vector<double> values;
    for (int i = 0; i < 40; ++i) values.push_back(std::pow(10, 0.25 * ((i * 7) % 40)));
    for (const double power : {-1.0, 0.0, 1.0}) {
        const VectorXd result = Outcome(values).warped(power).values;
        EXPECT_NEAR(result.sum() / 40, 0, 1e-9);
        EXPECT_NEAR(result.squaredNorm() / 40, 1, 1e-9);
        for (Index i = 0; i < 40; ++i)
            for (Index j = 0; j < 40; ++j)
                if (values[static_cast<std::size_t>(i)] < values[static_cast<std::size_t>(j)]) {
                    EXPECT_LE(result[i], result[j]);
                }
        // As they are, the largest of these is 5 deviations away.
        EXPECT_EQ(result.maxCoeff() < 3, power < 0.5) << power << ' ' << result.maxCoeff();
    }
    EXPECT_EQ(Outcome({3, 3, 3}).warped(0.5).values, VectorXd::Zero(3));
    EXPECT_TRUE(Outcome({1e300, -1e300, 0}).warped(1.5).values.allFinite());
}

TEST(outcome, the_slope_of_the_warp_is_that_of_the_closed_form) {
    const std::vector<double> values{0.1, 3, 0.7, 12, 1.5};  // the best 0.1, the median 1.4 above it
    double log_sum = 0, mean = 0, log_mean = 0, square = 0, log_square = 0;
    for (const double v : values) {
        const double u = (v - 0.1) / 1.4, l = std::log(1 + u);
        log_sum += l;
        mean += u / 5;
        log_mean += l / 5;
        square += u * u / 5;
        log_square += l * l / 5;
    }
    // Power 1 has slope 1 / deviation(u), power 0 has 1 / (1 + u) / deviation(log(1 + u)).
    const double expected =
        -log_sum - 2.5 * std::log((log_square - log_mean * log_mean) / (square - mean * mean));
    const Outcome outcome(values);
    EXPECT_NEAR(outcome.warped(0).log_slope - outcome.warped(1).log_slope, expected, 1e-9);
}

TEST(expected_improvement, agrees_with_integration_and_its_derivatives_with_differences) {
    for (const double mean : {-1.0, 0.0, 0.5, 3.0}) {
        // E max(0, -f) by the midpoint rule over 12 deviations.
        double sum = 0;
        constexpr int n = 200'000;
        for (int i = 0; i < n; ++i) {
            const double z = -12 + 24 * (i + 0.5) / n;
            sum += std::max(0.0, -(mean + 0.7 * z)) * std::exp(-0.5 * z * z) * 24 / n;
        }
        EXPECT_NEAR(log_expected_improvement(mean, 0.7, 0).value, std::log(sum / std::sqrt(2 * M_PI)), 1e-6);
    }
    for (const double mean : {-3.0, 0.0, 4.0, 19.9, 20.1, 30.0, 1000.0}) {
        const double h = 1e-5;
        const auto here = log_expected_improvement(mean, 1, 0);
        const double by_mean = (log_expected_improvement(mean + h, 1, 0).value -
                                log_expected_improvement(mean - h, 1, 0).value) /
                               (2 * h);
        const double by_deviation = (log_expected_improvement(mean, 1 + h, 0).value -
                                     log_expected_improvement(mean, 1 - h, 0).value) /
                                    (2 * h);
        EXPECT_NEAR(here.by_mean, by_mean, 1e-3 * (1 + std::abs(by_mean)));
        EXPECT_NEAR(here.by_deviation, by_deviation, 1e-3 * (1 + std::abs(by_deviation)));
    }
    // Both formulas meet at z = -20; the slope of 20 moves the value by 4e-8 between them.
    EXPECT_NEAR(log_expected_improvement(20 - 1e-9, 1, 0).value,
                log_expected_improvement(20 + 1e-9, 1, 0).value, 1e-6);
}

struct Data {
    space::Encoding encoding;
    std::vector<space::Point> points;
    std::vector<double> values;
};

Data data_of(std::uint64_t seed, Index n) {
    Data data{space::Encoding(space::Space::make(space::random_parameters(seed)).value()), {}, {}};
    base::Rng rng(seed, "gp test");
    for (Index i = 0; i < n; ++i) {
        data.points.push_back(data.encoding.snap(space::random_point(rng, data.encoding.dimensions())));
        data.values.push_back(rng.normal());
    }
    return data;
}

TEST(regression, the_gradient_of_the_posterior_agrees_with_differences) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Data data = data_of(seed, 12);
        const Posterior posterior(data.encoding, data.points, Outcome(data.values));
        VectorXd x = VectorXd::Constant(3 * static_cast<Index>(data.encoding.dimensions()) + 3, -0.5);
        x.tail(3) << 0.3, -2, 0.7;
        VectorXd gradient, ignored;
        posterior(x, gradient);
        for (Index i = 0; i < x.size(); ++i) {
            VectorXd up = x, down = x;
            up[i] += 1e-5;
            down[i] -= 1e-5;
            const double slope = (posterior(up, ignored) - posterior(down, ignored)) / 2e-5;
            EXPECT_NEAR(gradient[i], slope, 1e-5 * (1 + std::abs(slope))) << "seed " << seed;
        }
    }
}

TEST(input_warp, rises_from_0_to_1_and_its_derivatives_agree_with_differences) {
    for (const double bend : {-8.0, -1.0, -1.1e-3, -9e-4, 0.0, 9e-4, 1.1e-3, 0.3, 8.0}) {
        EXPECT_NEAR(input_warp(0, bend).value, 0, 1e-15);
        EXPECT_NEAR(input_warp(1, bend).value, 1, 1e-15);
        for (const double x : {0.0, 0.2, 0.5, 0.9, 1.0}) {
            const double h = 1e-5;
            const auto here = input_warp(x, bend);
            EXPECT_GT(here.by_x, 0);
            EXPECT_NEAR(here.by_x, (input_warp(x + h, bend).value - input_warp(x - h, bend).value) / (2 * h),
                        1e-7)
                << "bend " << bend;
            EXPECT_NEAR(here.by_bend,
                        (input_warp(x, bend + h).value - input_warp(x, bend - h).value) / (2 * h), 1e-7)
                << "bend " << bend;
        }
    }
}

TEST(input_warp, a_rate_without_its_logarithmic_scale_is_bent_as_the_logarithm_would) {
    // The value depends on the logarithm of 10^-3 + x: half of what happens does so below x = 0.03.
    const space::Encoding encoding(box(2));
    std::vector<space::Point> points;
    std::vector<double> values;
    base::Rng rng(6, "gp bends");
    for (int i = 0; i < 60; ++i) {
        points.push_back(space::random_point(rng, 2));
        values.push_back(std::sin(3 * std::log10(1e-3 + points.back()[0])) + points.back()[1]);
    }
    const auto fitted = fit(encoding, points, Outcome::plain(values), prior_centre(encoding), 200);
    EXPECT_LT(fitted.bends[0], -2);
    EXPECT_LT(std::abs(fitted.bends[1]), 1);
}

TEST(regression, lengths_differ_only_where_the_data_say_so) {
    // The value is a wave of the first axis; of the other seven forty trials tell nothing.
    const space::Encoding encoding(box(8));
    std::vector<space::Point> points;
    std::vector<double> values;
    base::Rng rng(5, "gp lengths");
    for (int i = 0; i < 40; ++i) {
        points.push_back(space::random_point(rng, 8));
        values.push_back(std::sin(12 * points.back()[0]));
    }
    const auto fitted = fit(encoding, points, Outcome::plain(values), prior_centre(encoding), 200);
    const VectorXd own = fitted.log_lengths.tail(7).array() - fitted.log_lengths.tail(7).mean();
    EXPECT_LT(own.cwiseAbs().maxCoeff(), 1) << "four scales of the prior";
    EXPECT_LT(fitted.log_additive_lengths[0], fitted.log_additive_lengths.tail(7).minCoeff());
}

TEST(regression, predictions_interpolate_and_their_gradients_agree_with_differences) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        Data data = data_of(seed, 10);
        auto hyperparameters = prior_centre(data.encoding);
        hyperparameters.bends.setLinSpaced(-2, 2);
        const Regression process(data.encoding, data.points, Outcome(data.values).warped(1).values,
                                 hyperparameters);
        base::Rng rng(seed, "gp gradient");
        const auto point = data.encoding.snap(space::random_point(rng, data.encoding.dimensions()));
        VectorXd mean_gradient, deviation_gradient;
        process.at(point, mean_gradient, deviation_gradient);
        for (std::size_t axis = 0; axis < point.size(); ++axis) {
            if (std::isnan(point[axis])) continue;
            if (data.encoding.axes()[axis].relation == space::Relation::nominal) continue;
            auto up = point, down = point;
            up[axis] += 1e-6;
            down[axis] -= 1e-6;
            const auto a = process.at(up), b = process.at(down);
            if (a.deviation < 1e-2) continue;  // at a data point the deviation has a kink
            const auto i = static_cast<Index>(axis);
            EXPECT_NEAR(mean_gradient[i], (a.mean - b.mean) / 2e-6, 1e-3 * (1 + std::abs(mean_gradient[i])));
            EXPECT_NEAR(deviation_gradient[i], (a.deviation - b.deviation) / 2e-6,
                        1e-3 * (1 + std::abs(deviation_gradient[i])));
        }
    }
}

TEST(regression, belief_keeps_the_mean_and_removes_uncertainty) {
    const space::Encoding encoding(box(2));
    const std::vector<space::Point> points{{0.1, 0.2}, {0.8, 0.3}, {0.5, 0.9}};
    Regression process(encoding, points, VectorXd{{1.0, -1.0, 0.5}}, prior_centre(encoding));
    const space::Point somewhere{0.4, 0.4}, near{0.45, 0.4};
    const auto before = process.at(near);
    process.believe(somewhere);
    EXPECT_NEAR(process.at(near).mean, before.mean, 1e-9);
    EXPECT_LT(process.at(near).deviation, before.deviation);
    EXPECT_LT(process.at(somewhere).deviation, 0.05);
}

TEST(acquisition, of_two_places_alike_takes_the_cheaper_one) {
    const space::Encoding encoding(box(1));
    const std::vector<space::Point> points{{0.0}, {0.5}, {1.0}};
    const auto hyperparameters = prior_centre(encoding);
    const Regression process(encoding, points, VectorXd{{1.0, 1.0, 1.0}}, hyperparameters);
    const Regression rising(encoding, points, VectorXd{{-1.0, 0.0, 1.0}}, hyperparameters);
    const Regression falling(encoding, points, VectorXd{{1.0, 0.0, -1.0}}, hyperparameters);
    const auto chosen = [&](const Regression& seconds) {
        base::Rng rng(1, "acquisition test");
        const Acquisition acquisition(encoding, process, 1, Acquisition::LogSeconds{&seconds, 1.5});
        return acquisition.maximise(points, {64, 3, 25}, rng)[0];
    };
    EXPECT_LT(chosen(rising), 0.5);
    EXPECT_GT(chosen(falling), 0.5);
    EXPECT_NEAR(chosen(rising), 1 - chosen(falling), 1e-3);
    const Acquisition plain(encoding, process, 1);
    const Acquisition per_second(encoding, process, 1, Acquisition::LogSeconds{&rising, 1.5});
    EXPECT_NEAR(plain.value({0.3}) - per_second.value({0.3}), 1.5 * rising.at({0.3}).mean, 1e-12);
}

/// What it proposes after 12 trials whose steps took e^(3x) seconds, or nobody knows how long.
space::Configuration proposed_after_12(bool cost_aware, bool timed) {
    Gp gp(box(1), {.seed = 3, .cost_aware = cost_aware});
    for (std::uint64_t i = 0; i < 12; ++i) {
        const double x = 0.04 + 0.08 * static_cast<double>(i);
        gp.tell(Proposed{TrialId(i), {{"x0", x}}, 0, 1});
        Reported reported{TrialId(i), 1, std::cos(9 * x)};
        if (timed) reported.step_seconds = std::exp(3 * x);
        gp.tell(reported);
        gp.tell(Ended{TrialId(i), Ending::completed});
    }
    return gp.ask(TrialId(12), 1).at(0);
}

TEST(gp, counts_seconds_if_asked_to_and_if_it_was_told_any) {
    const auto without = proposed_after_12(false, false);
    EXPECT_EQ(proposed_after_12(false, true), without);
    EXPECT_EQ(proposed_after_12(true, false), without);
    EXPECT_NE(proposed_after_12(true, true), without);
}

TEST(outcome, plain_values_are_standardised_whatever_the_power) {
    const Outcome outcome = Outcome::plain({1, 2, 3, 6});
    for (const double power : {-1.0, 0.0, 1.5}) {
        const auto [values, log_slope] = outcome.warped(power);
        for (Index i = 0; i < 4; ++i)
            EXPECT_NEAR(values[i],
                        (std::vector{1., 2., 3., 6.}[static_cast<std::size_t>(i)] - 3) / std::sqrt(3.5),
                        1e-12);
        EXPECT_NEAR(log_slope, -4 * std::log(std::sqrt(3.5)), 1e-12);
    }
}

/// As under a scheduler that lets one in three go on: those that do are alike, and no other shows what it
/// would have come to.
TEST(gp, where_trials_are_dropped_early_it_does_not_take_the_worst_places_for_good_ones) {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        Gp gp(box(2), {.seed = seed});
        std::vector<double> first_values;
        int far_away = 0;
        for (std::uint64_t i = 0; i < 50; ++i) {
            const auto c = gp.ask(TrialId(i), 1).at(0);
            const double bowl = std::pow(std::get<double>(c.at("x0")) - 0.3, 2) +
                                std::pow(std::get<double>(c.at("x1")) - 0.3, 2);
            if (i >= 25 && bowl > 0.25) ++far_away;
            gp.tell(Proposed{TrialId(i), c, 0, 1});
            gp.tell(Reported{TrialId(i), 1, bowl + 1});
            const auto better = std::count_if(first_values.begin(), first_values.end(),
                                              [&](double other) { return other < bowl; });
            first_values.push_back(bowl);
            const bool goes_on = 3 * better <= static_cast<std::ptrdiff_t>(first_values.size());
            if (i % 7 == 6) {
                gp.tell(Ended{TrialId(i), Ending::diverged});
            } else if (goes_on) {
                gp.tell(Reported{TrialId(i), 9, bowl + 1.0 / 9});
                gp.tell(Ended{TrialId(i), Ending::completed});
            } else {
                gp.tell(Judged{TrialId(i), 1, Verdict::stop, 0});
                gp.tell(Ended{TrialId(i), Ending::stopped});
            }
        }
        EXPECT_LE(far_away, 5) << "of 25, seed " << seed;
        EXPECT_LT(*std::min_element(first_values.begin(), first_values.end()), 0.02);
    }
}

TEST(gp, finds_the_bottom_of_a_bowl_and_keeps_parallel_proposals_apart) {
    Gp gp(box(2), {.seed = 1});
    double best = HUGE_VAL;
    for (std::uint64_t i = 0; i < 25; ++i) {
        const auto c = gp.ask(TrialId(i), 1).at(0);
        const double value =
            std::pow(std::get<double>(c.at("x0")) - 0.3, 2) + std::pow(std::get<double>(c.at("x1")) - 0.6, 2);
        gp.tell(Proposed{TrialId(i), c, 0, 1});
        gp.tell(Reported{TrialId(i), 1, value});
        gp.tell(Ended{TrialId(i), Ending::completed});
        best = std::min(best, value);
    }
    EXPECT_LT(best, 1e-3);  // 25 uniform points: about 1 / (25 pi) = 0.013
    const auto batch = gp.ask(TrialId(25), 8);
    EXPECT_EQ(std::set<space::Configuration>(batch.begin(), batch.end()).size(), 8u);
}

}  // namespace
}  // namespace quench::search::sampler

#include "orchestrator/simulate/fitted_landscape.hpp"

#include "base/random.hpp"
#include "orchestrator/study/study_file.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using search::TrialId;
using search::space::Configuration;
using testing::HasSubstr;

constexpr int steps = 8;

core::Study bowl_study(const std::string& direction = "minimize") {
    const auto study = study::study_from_text(
        "study: s\nobjective: {metric: loss, direction: " + direction +
        "}\nspace:\n  x: {type: float, low: 0, high: 1}\n  y: {type: float, low: 0, high: 1}\n"
        "  kind: {type: categorical, choices: [a, b]}\nfidelity: {max: 8}\n"
        "stop: {trials: 1}\ntrial: {command: [program]}\n");
    EXPECT_TRUE(study.ok()) << (study.ok() ? "" : study.error().text());
    return study.value();
}

/// What a run of a bowl shows: it falls to the depth of its place.
double bowl(double x, double y, bool b, int step) {
    return 1 + 4 * std::pow(x - 0.3, 2) + std::pow(y - 0.6, 2) + (b ? 0.3 : 0) + 3.0 / step;
}

/// `rows` runs at random places; those with x above `diverging` end after the third step.
std::shared_ptr<const Table> bowl_table(int rows, double noise, double sign = 1, double diverging = 2) {
    std::string text = "hp.x,hp.y,hp.kind";
    for (int step = 1; step <= steps; ++step) text += fmt::format(",loss@{}", step);
    base::Rng rng(4, "table");
    for (int row = 0; row < rows; ++row) {
        const double x = rng.uniform(), y = rng.uniform(), offset = noise * rng.normal();
        const bool b = rng.below(2) == 1;
        text += fmt::format("\n{},{},{}", x, y, b ? "b" : "a");
        for (int step = 1; step <= steps; ++step)
            text +=
                x > diverging && step > 3 ? "," : fmt::format(",{}", sign * (bowl(x, y, b, step) + offset));
    }
    auto table = read_table(text + "\n");
    EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().text());
    return std::make_shared<const Table>(std::move(table).value());
}

Configuration at(double x, double y, const char* kind) {
    return {{"x", x}, {"y", y}, {"kind", std::string(kind)}};
}

TEST(fitted_landscape, follows_a_smooth_table_between_its_rows_better_than_the_nearest_row_does) {
    for (const double sign : {1.0, -1.0}) {
        const auto study = bowl_study(sign > 0 ? "minimize" : "maximize");
        const auto table = bowl_table(80, 0, sign);
        const auto fitted = FittedLandscape::make(table, study);
        const auto rows = TableLandscape::make(table, study);
        ASSERT_TRUE(fitted.ok() && rows.ok());
        EXPECT_GT((*fitted)->validation().r_squared, 0.95);
        EXPECT_GT((*fitted)->validation().rank_correlation, 0.95);
        EXPECT_EQ((*fitted)->validation().configurations, 80u);
        base::Rng rng(5, "configurations");
        double error = 0, error_of_rows = 0;
        for (std::uint64_t i = 0; i < 200; ++i) {
            const double x = rng.uniform(), y = rng.uniform();
            const bool b = rng.below(2) == 1;
            const Configuration c = at(x, y, b ? "b" : "a");
            const double truth = sign * bowl(x, y, b, steps);
            error += std::abs((*fitted)->curve(c, 1, TrialId(i)).values.back() - truth);
            error_of_rows += std::abs((*rows)->curve(c, 1, TrialId(i)).values.back() - truth);
        }
        EXPECT_LT(error, 0.5 * error_of_rows);
    }
}

TEST(fitted_landscape, noise_of_the_table_is_noise_of_trials_and_no_landscape) {
    const auto fitted = FittedLandscape::make(bowl_table(200, 0.2), bowl_study());
    ASSERT_TRUE(fitted.ok());
    double sum = 0, squares = 0;
    constexpr int trials = 400;
    for (std::uint64_t i = 0; i < trials; ++i) {
        const double value = (*fitted)->curve(at(0.5, 0.5, "a"), 1, TrialId(i)).values.back();
        sum += value;
        squares += value * value;
    }
    const double mean = sum / trials;
    EXPECT_NEAR(mean, bowl(0.5, 0.5, false, steps), 0.15);  // some ten rows are near, of deviation 0.2
    EXPECT_NEAR(std::sqrt(squares / trials - mean * mean), 0.2, 0.08);
}

TEST(fitted_landscape, a_configuration_of_the_table_is_answered_by_its_row) {
    const auto table = bowl_table(40, 0.5);
    const auto fitted = FittedLandscape::make(table, bowl_study());
    ASSERT_TRUE(fitted.ok());
    const Curve curve = (*fitted)->curve(
        at(std::stod(table->cell(7, 0)), std::stod(table->cell(7, 1)), table->cell(7, 2).c_str()), 9,
        TrialId(2));
    EXPECT_EQ(curve.distance, 0);
    for (int step = 0; step < steps; ++step)
        EXPECT_EQ(curve.values[step], table->series[0].values[7 * steps + step]);
}

TEST(fitted_landscape, answers_the_same_for_the_same_key_and_stays_within_the_table) {
    const auto table = bowl_table(60, 0.3);
    const auto one = FittedLandscape::make(table, bowl_study());
    const auto two = FittedLandscape::make(table, bowl_study());
    ASSERT_TRUE(one.ok() && two.ok());
    const auto& values = table->series[0].values;
    base::Rng rng(6, "configurations");
    for (std::uint64_t i = 0; i < 100; ++i) {
        const Configuration c = at(rng.uniform(), rng.uniform(), rng.below(2) == 1 ? "b" : "a");
        const Curve curve = (*one)->curve(c, 3, TrialId(i));
        EXPECT_EQ(curve.values, (*two)->curve(c, 3, TrialId(i)).values);
        EXPECT_NE(curve.values, (*one)->curve(c, 4, TrialId(i)).values);
        for (const double value : curve.values) {
            EXPECT_GE(value, *std::min_element(values.begin(), values.end()));
            EXPECT_LE(value, *std::max_element(values.begin(), values.end()));
        }
    }
}

TEST(fitted_landscape, trials_diverge_where_those_of_the_table_do) {
    const auto fitted = FittedLandscape::make(bowl_table(120, 0, 1, 0.7), bowl_study());
    ASSERT_TRUE(fitted.ok());
    const Curve far = (*fitted)->curve(at(0.9, 0.5, "a"), 1, TrialId(0));
    EXPECT_FALSE(std::isnan(far.values[2]));
    EXPECT_TRUE(std::isnan(far.values[7]));
    EXPECT_FALSE(std::isnan((*fitted)->curve(at(0.3, 0.5, "a"), 1, TrialId(0)).values[7]));
}

TEST(fitted_landscape, too_few_configurations_are_refused) {
    const auto made = FittedLandscape::make(bowl_table(19, 0), bowl_study());
    ASSERT_FALSE(made.ok());
    EXPECT_THAT(made.error().text(),
                HasSubstr("the table has 19 configurations of this space (a model needs 20)"));
}

}  // namespace
}  // namespace quench::orchestrator::simulate

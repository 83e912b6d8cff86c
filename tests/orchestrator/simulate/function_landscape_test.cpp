#include "orchestrator/simulate/function_landscape.hpp"

#include "base/random.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using search::TrialId;
using testing::HasSubstr;

core::Study study_in(std::size_t dimensions, int max, const std::string& direction = "minimize") {
    std::string space;
    for (std::size_t i = 0; i < dimensions; ++i)
        space += (i ? ", u" : "u") + std::to_string(i) + ": {type: float, low: 0, high: 1}";
    auto study = study::study_from_text("study: s\nobjective: {metric: loss, direction: " + direction +
                                        "}\nspace: {" + space + "}\nfidelity: {max: " + std::to_string(max) +
                                        "}\nstop: {trials: 1}\ntrial: {command: [program]}\n");
    EXPECT_TRUE(study.ok());
    return std::move(study).value();
}

/// Where each function has its minimum, on the unit cube.
TEST(function_landscape, a_trial_at_the_minimum_ends_at_zero) {
    struct Known {
        const char* name;
        std::vector<double> at;
        double scale;
    };
    const Known minima[] = {
        {"sphere", {.5, .5, .5}, 24},
        {"rosenbrock", {.75, .75, .75}, 1200},
        {"rastrigin", {.5, .5}, 36},
        {"ackley", {.5, .5, .5}, 6},
        {"branin", {(-3.14159265 + 5) / 15, 12.275 / 15}, 27},
        {"hartmann6", {.20169, .150011, .476874, .275332, .311652, .6573}, .5},
    };
    for (const Known& known : minima) {
        const auto made = FunctionLandscape::make(known.name, study_in(known.at.size(), 50));
        ASSERT_TRUE(made.ok()) << known.name;
        search::space::Configuration configuration;
        for (std::size_t i = 0; i < known.at.size(); ++i)
            configuration["u" + std::to_string(i)] = known.at[i];
        const Curve curve = (*made)->curve(configuration, 1, TrialId(0));
        ASSERT_EQ(curve.values.size(), 50u);
        // Where the minima are is known to five digits or more, and the functions are quadratic there.
        EXPECT_NEAR(curve.values.back(), 0, 1e-6 * known.scale) << known.name;
        EXPECT_GT(curve.values.front(), 0.3 * known.scale) << known.name;
    }
}

TEST(function_landscape, without_noise_curves_fall_at_every_step_and_never_below_the_minimum) {
    for (const std::string& name : FunctionLandscape::names()) {
        const std::size_t dimensions = name == "branin" ? 2 : 6;
        const auto made = FunctionLandscape::make(name, study_in(dimensions, 20));
        base::Rng rng(1, "points");
        for (std::uint64_t trial = 0; trial < 200; ++trial) {
            search::space::Configuration point;
            for (std::size_t i = 0; i < dimensions; ++i) point["u" + std::to_string(i)] = rng.uniform();
            const Curve curve = (*made)->curve(point, 1, TrialId(trial));
            for (std::size_t step = 1; step < 20; ++step)
                ASSERT_LT(curve.values[step], curve.values[step - 1]) << name;
            ASSERT_GE(curve.values.back(), 0) << name;
        }
    }
}

TEST(function_landscape, noise_is_normal_around_the_same_curve_with_the_deviation_asked_for) {
    const core::Study study = study_in(2, 2000);
    const auto quiet = FunctionLandscape::make("sphere", study);
    const auto noisy = FunctionLandscape::make("sphere", study, 0.25);
    const search::space::Configuration point = {{"u0", .3}, {"u1", .9}};
    const Curve without = (*quiet)->curve(point, 4, TrialId(7));
    const Curve with = (*noisy)->curve(point, 4, TrialId(7));
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 2000; ++i) {
        const double noise = (with.values[i] - without.values[i]) / (0.25 * 16);  // a scale of 8 a variable
        sum += noise;
        squares += noise * noise;
    }
    // Five standard errors: of the mean 1 / sqrt(2000), of the mean square sqrt(2 / 2000).
    EXPECT_NEAR(sum / 2000, 0, 0.112);
    EXPECT_NEAR(squares / 2000, 1, 0.159);
}

TEST(function_landscape, curves_are_keyed_by_seed_and_trial_and_negated_for_who_maximises) {
    const auto down = FunctionLandscape::make("sphere", study_in(2, 9));
    const auto up = FunctionLandscape::make("sphere", study_in(2, 9, "maximize"));
    const search::space::Configuration point = {{"u0", .3}, {"u1", .9}};
    const Curve curve = (*down)->curve(point, 4, TrialId(7));
    EXPECT_EQ((*down)->curve(point, 4, TrialId(7)).values, curve.values);
    EXPECT_NE((*down)->curve(point, 4, TrialId(8)).values, curve.values);
    EXPECT_NE((*down)->curve(point, 5, TrialId(7)).values, curve.values);
    for (std::size_t i = 0; i < 9; ++i)
        EXPECT_EQ((*up)->curve(point, 4, TrialId(7)).values[i], -curve.values[i]);
}

TEST(function_landscape, what_cannot_be_is_refused_with_the_reason) {
    EXPECT_THAT(FunctionLandscape::make("sfere", study_in(2, 9)).error().text(),
                HasSubstr("did you mean 'sphere'?"));
    EXPECT_EQ(
        FunctionLandscape::make("branin", study_in(3, 9)).error().text(),
        "the study's space has 3 parameters (branin is a function of 2) choose another function or space");
    EXPECT_THAT(FunctionLandscape::make("ackley", study_in(3, 1'000'001)).error().text(),
                HasSubstr("fidelity.max"));
    for (const std::string& name : FunctionLandscape::names())
        EXPECT_TRUE(FunctionLandscape::make(name, study_in(name == "branin" ? 2 : 6, 3)).ok()) << name;
}

}  // namespace
}  // namespace quench::orchestrator::simulate

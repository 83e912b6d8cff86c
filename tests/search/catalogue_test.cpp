#include "search/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string scheduler_error(const SchedulerOptions& options) {
    const auto made = make_scheduler(options);
    return made ? "" : made.error().text();
}

SchedulerOptions options_of(std::string name, Resource min, Resource max, int eta) {
    SchedulerOptions options;
    options.name = std::move(name);
    options.min = min;
    options.max = max;
    options.eta = eta;
    return options;
}

TEST(catalogue, every_name_that_it_lists_makes_something) {
    for (const std::string& name : sampler_names()) {
        SamplerOptions options;
        options.name = name;
        EXPECT_TRUE(make_sampler(options, {}).ok()) << name;
    }
    for (const std::string& name : scheduler_names()) {
        EXPECT_TRUE(make_scheduler(options_of(name, 1, 27, 3)).ok()) << name;
    }
}

TEST(catalogue, an_unknown_name_is_answered_with_the_list_and_the_nearest) {
    SamplerOptions options;
    options.name = "gird";
    EXPECT_EQ(make_sampler(options, {}).error().text(),
              "unknown sampler gird (there are random, grid, qmc, tpe, gp, cmaes, nsga2) did you mean grid?");
    EXPECT_EQ(scheduler_error(options_of("hyperbnd", 1, 2, 2)),
              "unknown scheduler hyperbnd (there are none, asha, asha-stopping, pasha, successive-halving, "
              "hyperband, swift-hyperband, swift-asha, fast-hyperband, median, pbt) "
              "did you mean hyperband?");
    EXPECT_THAT(scheduler_error(options_of(std::string(100'000, 'x'), 1, 2, 2)), HasSubstr("did you mean"));
}

TEST(catalogue, an_option_that_cannot_be_is_named_with_its_value_and_a_way_out) {
    for (const std::string& name : scheduler_names()) {
        if (name == "none") continue;
        EXPECT_THAT(scheduler_error(options_of(name, 0, 9, 3)), MatchesRegex("min is 0 \\(.+\\) .+"));
        EXPECT_THAT(scheduler_error(options_of(name, 10, 9, 3)), MatchesRegex("max 9 is below min 10 .+"));
        EXPECT_THAT(scheduler_error(options_of(name, 1, 9, 1)), MatchesRegex("eta is 1 \\(.+\\) .+"));
    }
    for (const std::string& name : scheduler_names()) {
        EXPECT_THAT(scheduler_error(options_of(name, 1, 0, 3)), HasSubstr("max"));
        EXPECT_THAT(scheduler_error(options_of(name, 1, INT64_MAX, 3)), HasSubstr("larger unit"));
        auto options = options_of(name, 1, 9, 3);
        options.unit.clear();
        EXPECT_THAT(scheduler_error(options), HasSubstr("unit is empty"));
    }
    SamplerOptions grid;
    grid.name = "grid";
    grid.grid_points = 0;
    EXPECT_THAT(make_sampler(grid, {}).error().text(), HasSubstr("grid_points is 0"));
    SamplerOptions tpe;
    tpe.name = "tpe";
    tpe.startup_trials = 1;
    EXPECT_THAT(make_sampler(tpe, {}).error().text(), HasSubstr("startup_trials is 1"));
}

TEST(catalogue, samplers_that_do_not_model_cost_refuse_it) {
    const auto space = space::Space::make({{"x", space::FloatDomain{}, {}}}).value();
    for (const std::string& name : sampler_names()) {
        SamplerOptions options;
        options.name = name;
        options.cost_aware = true;
        const auto made = make_sampler(options, space);
        EXPECT_EQ(made.ok(), name == "gp") << name;
        if (!made) {
            EXPECT_THAT(made.error().text(), HasSubstr("takes no cost"));
            EXPECT_THAT(made.error().text(), HasSubstr("take gp, or remove cost"));
        }
    }
}

TEST(catalogue, options_of_one_scheduler_are_refused_by_the_others_and_checked_by_it) {
    for (const std::string& name : scheduler_names()) {
        auto brackets = options_of(name, 1, 27, 3);
        brackets.brackets = 4;
        auto trials = options_of(name, 1, 27, 3);
        trials.trials = 10;
        const bool has_brackets = name == "asha" || name == "asha-stopping" || name == "swift-asha";
        EXPECT_EQ(scheduler_error(brackets), has_brackets ? ""
                                                          : "brackets is 4 (only asha and asha-stopping and "
                                                            "swift-asha have brackets by number) remove it");
        EXPECT_EQ(scheduler_error(trials).empty(), name == "successive-halving") << scheduler_error(trials);
    }
    auto options = options_of("asha", 1, 27, 3);
    options.brackets = 5;
    EXPECT_EQ(scheduler_error(options),
              "brackets is 5 (bracket s leaves out the lowest s of 4 rungs) give 1 to 4");
    options = options_of("successive-halving", 1, 27, 3);
    options.trials = 0;
    EXPECT_THAT(scheduler_error(options), HasSubstr("trials is 0"));
}

TEST(catalogue, options_of_schedulers_that_forecast_are_refused_by_the_others_and_checked_by_them) {
    for (const std::string& name : scheduler_names()) {
        const auto with = [&](auto SchedulerOptions::*option, auto value) {
            auto options = options_of(name, 1, 27, 3);
            options.*option = value;
            return scheduler_error(options);
        };
        const bool swift = name == "swift-hyperband" || name == "swift-asha";
        const bool fast = name == "fast-hyperband";
        EXPECT_EQ(with(&SchedulerOptions::risk, 0.1).empty(), swift || fast) << name;
        EXPECT_EQ(with(&SchedulerOptions::audit, 0.1).empty(), swift) << name;
        EXPECT_EQ(with(&SchedulerOptions::start_cost, 0.5).empty(), swift) << name;
        EXPECT_EQ(with(&SchedulerOptions::teaching, std::uint64_t{20}).empty(), fast) << name;
        EXPECT_EQ(with(&SchedulerOptions::vanguard, 0.5).empty(), fast) << name;
        EXPECT_FALSE(with(&SchedulerOptions::known_curve, 0.5).empty()) << name;
        if (!swift) continue;
        EXPECT_THAT(with(&SchedulerOptions::audit, 1.5), HasSubstr("audit is 1.5 (the share of stops"));
        EXPECT_THAT(with(&SchedulerOptions::start_cost, -1.0), HasSubstr("it counts steps"));
        EXPECT_THAT(with(&SchedulerOptions::risk, -0.1), HasSubstr("risk is -0.1"));
    }
}

TEST(catalogue, options_of_population_based_training_are_refused_by_the_others_and_checked_by_it) {
    const auto with = [](const std::string& name, auto SchedulerOptions::*option, auto value) {
        auto options = options_of(name, 1, 27, 3);
        options.*option = value;
        return scheduler_error(options);
    };
    for (const std::string& name : scheduler_names()) {
        const bool pbt = name == "pbt";
        EXPECT_EQ(with(name, &SchedulerOptions::population, std::uint64_t{20}).empty(), pbt) << name;
        EXPECT_EQ(with(name, &SchedulerOptions::interval, Resource{3}).empty(), pbt) << name;
        EXPECT_EQ(with(name, &SchedulerOptions::quantile, 0.3).empty(), pbt) << name;
        EXPECT_EQ(with(name, &SchedulerOptions::perturb, 1.5).empty(), pbt) << name;
        EXPECT_EQ(with(name, &SchedulerOptions::resample, 0.1).empty(), pbt) << name;
    }
    EXPECT_THAT(with("asha", &SchedulerOptions::perturb, 1.5), HasSubstr("perturb is 1.5 (only pbt"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::population, std::uint64_t{1}), HasSubstr("population is 1"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::population, std::uint64_t{100'000}),
                HasSubstr("population is"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::interval, Resource{0}), HasSubstr("interval is 0"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::interval, Resource{28}), HasSubstr("give 1 to 27"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::quantile, 0.6), HasSubstr("quantile is 0.6"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::quantile, 0.01), HasSubstr("give 0.0625 or more"));
    EXPECT_THAT(with("pbt", &SchedulerOptions::perturb, 1.0), HasSubstr("perturb is 1 "));
    EXPECT_THAT(with("pbt", &SchedulerOptions::resample, 1.1), HasSubstr("resample is 1.1"));
    const auto small =
        space::Space::make({{"a", space::IntDomain{1, 8, space::Scale::linear, 1}, {}}}).value();
    EXPECT_THAT(make_scheduler(options_of("pbt", 1, 27, 3), small).error().text(),
                HasSubstr("the space has 8 configurations"));
}

TEST(catalogue, it_is_known_which_samplers_learn) {
    for (const char* name : {"random", "qmc", "grid", "no sampler"})
        EXPECT_FALSE(sampler_learns(name)) << name;
    for (const char* name : {"tpe", "gp", "cmaes", "nsga2"}) EXPECT_TRUE(sampler_learns(name)) << name;
}

TEST(catalogue, the_largest_allowed_schedules_are_computed_exactly) {
    const auto made = make_scheduler(options_of("hyperband", 1, 1'000'000'000'000, 2));
    ASSERT_TRUE(made.ok());
    EXPECT_GT((*made)->planned_resource().value(), 0);
    EXPECT_TRUE(make_scheduler(options_of("asha", 1, 1'000'000'000'000, INT32_MAX)).ok());
}

}  // namespace
}  // namespace quench::search

// Which target suits which curves.
#include "predictor/target_choice.hpp"

#include "tests/predictor/sample_curves.hpp"

#include <gtest/gtest.h>

namespace quench::predictor {
namespace {

constexpr Question question{.known = 8, .target = 30};
constexpr FeatureOptions options{.parameters = false};

TEST(TargetChoice, is_the_change_where_some_runs_diverge_and_stay_there) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        auto curves = power_laws(40, seed);
        base::Rng rng(seed, "diverged");
        for (std::size_t n = 0; n < curves.size(); n += 8) {
            const double away = 20 * rng.uniform();
            for (double& value : curves[n].values) value += away;
        }
        EXPECT_EQ(better_target(curves, question, options), Target::change) << "seed " << seed;
    }
}

TEST(TargetChoice, is_the_level_where_the_last_known_value_is_a_spike_now_and_then) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        auto curves = power_laws(40, seed);
        base::Rng rng(seed, "spikes");
        for (std::size_t n = 0; n < curves.size(); n += 8)
            curves[n].values[question.known - 1] += 20 * rng.uniform();
        EXPECT_EQ(better_target(curves, question, options), Target::level) << "seed " << seed;
    }
}

TEST(TargetChoice, is_the_level_where_nothing_tells) {
    const auto curves = power_laws(20, 1);
    EXPECT_EQ(better_target(curves, {.known = 0, .target = 30}, {}), Target::level);
    EXPECT_EQ(better_target(std::span(curves).first(1), question, options), Target::level);
    EXPECT_EQ(better_target({}, question, options), Target::level);
    const std::vector<Curve> constant(20, Curve{.parameters = {}, .values = std::vector<double>(30, 2.0)});
    EXPECT_EQ(better_target(constant, question, options), Target::level);
}

TEST(TargetChoice, settles_only_what_is_to_be_chosen) {
    auto curves = power_laws(40, 1);
    for (std::size_t n = 0; n < curves.size(); n += 8)
        for (double& value : curves[n].values) value += static_cast<double>(n);
    const auto target_of = [&](Target target) {
        return settled({.parameters = false, .target = target}, curves, question).target;
    };
    EXPECT_EQ(target_of(Target::level), Target::level);
    EXPECT_EQ(target_of(Target::change), Target::change);
    EXPECT_EQ(target_of(Target::chosen), Target::change);
}

TEST(TargetChoice, does_not_depend_on_what_comes_after_the_target) {
    auto curves = power_laws(30, 4);
    const auto before = better_target(curves, {.known = 5, .target = 20}, options);
    for (Curve& curve : curves) curve.values.resize(20);
    EXPECT_EQ(better_target(curves, {.known = 5, .target = 20}, options), before);
}

}  // namespace
}  // namespace quench::predictor

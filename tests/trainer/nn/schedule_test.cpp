#include "trainer/nn/schedule.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::nn {
namespace {

using Kind = ScheduleOptions::Kind;

OptimizerOptions at(const ScheduleOptions& schedule, std::uint64_t step, std::uint64_t horizon = 1000) {
    return scheduled({.lr = 0.1}, schedule, step, horizon);
}

TEST(schedule, constant_changes_nothing) {
    for (const std::uint64_t step : {0U, 500U, 5000U}) {
        EXPECT_EQ(at({}, step).lr, 0.1);
        EXPECT_EQ(at({}, step).momentum, 0.9);
    }
}

TEST(schedule, cosine_goes_to_zero_at_its_horizon_and_stays) {
    const ScheduleOptions cosine{.kind = Kind::cosine};
    EXPECT_DOUBLE_EQ(at(cosine, 0).lr, 0.1);
    EXPECT_NEAR(at(cosine, 250).lr, 0.1 * 0.85355339, 1e-9);
    EXPECT_NEAR(at(cosine, 500).lr, 0.05, 1e-15);
    EXPECT_NEAR(at(cosine, 1000).lr, 0.0, 1e-15);
    EXPECT_EQ(at(cosine, 7000).lr, at(cosine, 1000).lr);
}

TEST(schedule, one_cycle_goes_up_for_three_tenths_and_down_for_the_rest) {
    const ScheduleOptions cycle{.kind = Kind::onecycle};
    EXPECT_DOUBLE_EQ(at(cycle, 0).lr, 0.1 / 25);
    EXPECT_DOUBLE_EQ(at(cycle, 0).momentum, 0.95);
    EXPECT_NEAR(at(cycle, 150).lr, 0.5 * (0.1 + 0.1 / 25), 1e-15);
    EXPECT_DOUBLE_EQ(at(cycle, 300).lr, 0.1);
    EXPECT_DOUBLE_EQ(at(cycle, 300).momentum, 0.85);
    EXPECT_NEAR(at(cycle, 650).lr, 0.5 * (0.1 + 1e-6), 1e-15);
    EXPECT_NEAR(at(cycle, 1000).lr, 1e-6, 1e-18);
    EXPECT_DOUBLE_EQ(at(cycle, 1000).momentum, 0.95);
    EXPECT_EQ(at(cycle, 4000).lr, at(cycle, 1000).lr);
    EXPECT_EQ(at(cycle, 300).beta1, at(cycle, 300).momentum) << "what Adam calls its momentum";
}

TEST(schedule, exponential_decay_goes_in_stairs) {
    const ScheduleOptions decay{.kind = Kind::exponential, .decay_rate = 0.5, .decay_steps = 10};
    EXPECT_DOUBLE_EQ(at(decay, 0).lr, 0.1);
    EXPECT_DOUBLE_EQ(at(decay, 9).lr, 0.1);
    EXPECT_DOUBLE_EQ(at(decay, 10).lr, 0.05);
    EXPECT_DOUBLE_EQ(at(decay, 29).lr, 0.025);
    EXPECT_EQ(at(decay, 99, 35).lr, at(decay, 35, 35).lr);
}

}  // namespace
}  // namespace quench::trainer::nn

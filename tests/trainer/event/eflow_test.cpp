#include "trainer/event/eflow.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

TEST(energy_flow, a_tower_without_tracks_is_a_neutral_particle) {
    const Flow flow = energy_flow(Calorimeter::ecal, 10, 1, {});
    EXPECT_EQ(flow.neutral, 10);
    EXPECT_EQ(flow.track_scale, 1);
}

TEST(energy_flow, a_significant_excess_is_neutral_and_leaves_the_tracks_alone) {
    const std::vector<ExpectedDeposit> tracks = {{6, 0.1}, {2, 0.2}};
    const Flow flow = energy_flow(Calorimeter::hcal, 20, 3, tracks);
    EXPECT_DOUBLE_EQ(flow.neutral, 12);
    EXPECT_EQ(flow.track_scale, 1);
}

TEST(energy_flow, otherwise_tracks_and_tower_are_averaged_by_their_variances) {
    // T = 8, variance 0.6^2 + 0.4^2 = 0.52; the tower says 10 with variance 9.
    const std::vector<ExpectedDeposit> tracks = {{6, 0.1}, {2, 0.2}};
    const Flow flow = energy_flow(Calorimeter::hcal, 10, 3, tracks);
    EXPECT_EQ(flow.neutral, 0);
    EXPECT_NEAR(flow.track_scale, (8 / 0.52 + 10.0 / 9) / (1 / 0.52 + 1.0 / 9) / 8, 1e-12);
}

TEST(energy_flow, the_excess_must_pass_the_least_energy_and_two_deviations) {
    EXPECT_EQ(energy_flow(Calorimeter::ecal, 0.5, 0.01, {}).neutral, 0);
    EXPECT_EQ(energy_flow(Calorimeter::hcal, 1.0, 0.01, {}).neutral, 0);
    EXPECT_GT(energy_flow(Calorimeter::hcal, 1.01, 0.01, {}).neutral, 0);
    EXPECT_EQ(energy_flow(Calorimeter::hcal, 5, 2.5, {}).neutral, 0);
    EXPECT_GT(energy_flow(Calorimeter::hcal, 5, 2.49, {}).neutral, 0);
}

TEST(energy_flow, a_tower_below_threshold_pulls_its_tracks_down) {
    const std::vector<ExpectedDeposit> track = {{2, 0.25}};
    const Flow flow = energy_flow(Calorimeter::hcal, 0, 2, track);
    EXPECT_NEAR(flow.track_scale, 4.0 / (4.0 + 0.25), 1e-12);
}

}  // namespace
}  // namespace quench::trainer::event

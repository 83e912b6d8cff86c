#include "trainer/event/detector.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

Particle particle(Category category, int charge, double pt, double eta, double phi) {
    return {.category = category, .charge = charge, .pt = pt, .eta = eta, .phi = phi};
}

float candidate(const Event& event, std::size_t row, std::size_t column) {
    return event.candidates[row * target_columns + column];
}
// An element's or a target's column; 0 beyond the last row.
float element(const Event& event, std::size_t row, std::size_t column) {
    return row < event.rows ? event.elements[row * 12 + column] : 0.0F;
}
float target(const Event& event, std::size_t row, std::size_t column) {
    return event.targets[row * target_columns + column];
}

TEST(detect, a_track_has_its_particle_as_target_and_its_energy_in_no_other) {
    // At 50 GeV and eta 0.1 nearly every charged hadron has a track and a tower, which then has no target.
    int tracks = 0, towers = 0;
    for (std::uint64_t i = 0; i < 300; ++i) {
        base::Rng rng(3, "test.detect", i);
        const Event event = detect({particle(Category::charged_hadron, -1, 50, 0.1, 1.0)}, rng);
        ASSERT_EQ(event.elements.size(), event.rows * feature_columns(Detector::delphes));
        ASSERT_EQ(event.targets.size(), event.rows * target_columns);
        const bool has_track = element(event, 0, 0) == 2.0F;
        for (std::size_t k = 0; k < event.rows; ++k) {
            if (element(event, k, 0) == 2.0F) {
                ++tracks;
                EXPECT_EQ(target(event, k, 0), 1.0F);
                EXPECT_EQ(target(event, k, 1), -1.0F);
                EXPECT_NEAR(target(event, k, 2), 50.0, 1e-4);
                EXPECT_NEAR(element(event, k, 1), 50.0, 22.0);  // 5 standard deviations of 8.8 %
                EXPECT_EQ(element(event, k, 9), -1.0F);
            } else {
                ++towers;
                EXPECT_EQ(target(event, k, 0), has_track ? 0.0F : 1.0F);
            }
        }
    }
    EXPECT_NEAR(tracks, 285, 15);  // 0.95 +- 4 standard deviations of a binomial
    EXPECT_GT(towers, 100);
}

TEST(detect, soft_neutral_hadrons_are_no_targets_and_muons_leave_no_energy) {
    for (std::uint64_t i = 0; i < 100; ++i) {
        base::Rng rng(3, "test.detect", i);
        const auto see = [&](const Particle& p) { return detect({p}, rng); };
        const Event soft = see(particle(Category::neutral_hadron, 0, 6, 0.2, 1));
        for (std::size_t k = 0; k < soft.rows; ++k) EXPECT_EQ(target(soft, k, 0), 0.0F);
        const Event hard = see(particle(Category::neutral_hadron, 0, 30, 0.2, 1));
        for (std::size_t k = 0; k < hard.rows; ++k) EXPECT_EQ(target(hard, k, 0), 2.0F);
        const Event muon = see(particle(Category::muon, 1, 6, 0.2, 1));
        for (std::size_t k = 0; k < muon.rows; ++k) EXPECT_EQ(element(muon, k, 0), 2.0F);
    }
}

TEST(detect, a_lost_track_leaves_its_hadron_to_the_tower) {
    // At eta 0.1 the towers of 60 GeV hadrons are always seen; 5 % have no track and are the tower's target.
    int without_track = 0;
    for (std::uint64_t i = 0; i < 400; ++i) {
        base::Rng rng(3, "test.lost", i);
        const Event event = detect({particle(Category::charged_hadron, 1, 60, 0.1, 1.0)}, rng);
        if (element(event, 0, 0) != 1.0F) continue;
        ++without_track;
        EXPECT_EQ(target(event, 0, 0), 1.0F);
        EXPECT_EQ(target(event, 0, 1), 1.0F);
        EXPECT_EQ(candidate(event, 0, 0), 2.0F) << "to the rules a tower without track is neutral";
    }
    EXPECT_GT(without_track, 5);
}

TEST(detect, the_rules_build_photons_from_the_ecal_and_keep_muons_straight) {
    for (std::uint64_t i = 0; i < 50; ++i) {
        base::Rng rng(3, "test.rules", i);
        const Event event = detect(
            {particle(Category::photon, 0, 20, 0.2, 1), particle(Category::muon, -1, 30, -0.4, -1)}, rng);
        for (std::size_t k = 0; k < event.rows; ++k) {
            const bool tower = element(event, k, 0) == 1.0F;
            EXPECT_EQ(candidate(event, k, 0), tower ? 3.0F : 5.0F);
            EXPECT_EQ(candidate(event, k, 0), target(event, k, 0));
            if (!tower) {
                EXPECT_EQ(candidate(event, k, 2), element(event, k, 1)) << "momentum as measured";
                EXPECT_NEAR(candidate(event, k, 3), -0.4, 1e-6) << "direction before smearing";
                EXPECT_EQ(candidate(event, k, 1), -1.0F);
            } else {
                EXPECT_EQ(candidate(event, k, 6), element(event, k, 5)) << "no track takes from it";
            }
            EXPECT_NEAR(candidate(event, k, 6), candidate(event, k, 2) * std::cosh(candidate(event, k, 3)),
                        1e-2);
        }
    }
}

TEST(detect, strange_neutral_hadrons_shower_in_both_calorimeters) {
    int ecal = 0, hcal = 0;
    Particle kaon = particle(Category::neutral_hadron, 0, 60, 0.2, 1);
    kaon.strange_neutral = true;
    for (std::uint64_t i = 0; i < 50; ++i) {
        base::Rng rng(3, "test.kaon", i);
        const Event event = detect({kaon}, rng);
        for (std::size_t k = 0; k < event.rows; ++k) {
            (element(event, k, 6) > 0 ? ecal : hcal) += 1;
            EXPECT_EQ(target(event, k, 0), 2.0F);
        }
    }
    EXPECT_GT(ecal, 45);
    EXPECT_GT(hcal, 45);
}

}  // namespace
}  // namespace quench::trainer::event

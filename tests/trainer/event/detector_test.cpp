#include "trainer/event/detector.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

Particle particle(Category category, int charge, double pt, double eta, double phi) {
    return {.category = category, .charge = charge, .pt = pt, .eta = eta, .phi = phi, .mass = 0.0, .z = 0.0};
}

// An element's or a target's column; 0 beyond the last row.
float element(const Event& event, std::size_t row, std::size_t column) {
    return row < event.rows ? event.elements[row * 12 + column] : 0.0F;
}
float target(const Event& event, std::size_t row, std::size_t column) {
    return event.targets[row * target_columns + column];
}

// The helix step by step, with the force of the field at each.
Direction by_small_steps(const Particle& p) {
    double x = 0, y = 0, z = p.z, phi = p.phi;
    constexpr double step = 1e-5;  // m, seen from above
    const double turn = -p.charge * 0.3 * 3.8 / p.pt * step;
    while (std::hypot(x, y) < 1.29 && std::abs(z) < 3.0) {
        x += step * std::cos(phi + 0.5 * turn);
        y += step * std::sin(phi + 0.5 * turn);
        z += step * std::sinh(p.eta);
        phi += turn;
    }
    return {std::asinh(z / std::hypot(x, y)), std::atan2(y, x)};
}

TEST(propagate, neutral_particles_fly_straight) {
    const auto there = propagate(particle(Category::photon, 0, 5, 0.7, 2.0));
    EXPECT_NEAR(there->eta, 0.7, 1e-12);
    EXPECT_NEAR(there->phi, 2.0, 1e-12);
    Particle forward = particle(Category::photon, 0, 5, -3.0, -3.0);
    forward.z = 0.05;
    // It leaves at z = -3 m, 3.05 m from its vertex.
    EXPECT_NEAR(propagate(forward)->eta, std::asinh(-3.0 / (3.05 / std::sinh(3.0))), 1e-12);
}

TEST(propagate, charged_particles_follow_the_helix) {
    for (const double pt : {0.5, 0.73, 0.75, 1.0, 3.0, 50.0})
        for (const double eta : {-2.3, -0.9, 0.4, 1.4, 2.4})
            for (const int charge : {-1, 1}) {
                Particle p = particle(Category::charged_hadron, charge, pt, eta, 0.3);
                p.z = 0.04;
                const auto there = propagate(p);
                if (!there) continue;
                const Direction expected = by_small_steps(p);
                // 1e-5 m steps end up to a step too far; a looper's direction changes fastest near the axis.
                EXPECT_NEAR(there->eta, expected.eta, 2e-3) << pt << ' ' << eta;
                EXPECT_NEAR(std::remainder(there->phi - expected.phi, 2 * std::numbers::pi), 0, 2e-3)
                    << pt << ' ' << eta;
            }
}

TEST(propagate, loopers_at_right_angles_never_arrive) {
    EXPECT_FALSE(propagate(particle(Category::charged_hadron, 1, 0.3, 0.001, 0)).has_value());
    EXPECT_FALSE(propagate(particle(Category::charged_hadron, 1, 0.3, 0.0, 0)).has_value());
    EXPECT_TRUE(propagate(particle(Category::charged_hadron, 1, 0.8, 0.0, 0)).has_value());
}

TEST(cells, contain_the_direction_and_tile_the_detector) {
    base::Rng rng(3, "test.cells");
    for (int i = 0; i < 20'000; ++i) {
        const Direction d{10 * rng.uniform() - 5, 2 * std::numbers::pi * (rng.uniform() - 0.5)};
        for (const auto calorimeter : {Calorimeter::ecal, Calorimeter::hcal}) {
            const auto cell = cell_at(calorimeter, d);
            ASSERT_TRUE(cell.has_value());
            ASSERT_LE(cell->eta_low, d.eta);
            ASSERT_GE(cell->eta_high, d.eta);
            ASSERT_LE(cell->phi_low, d.phi + 1e-12);
            ASSERT_GE(cell->phi_high, d.phi - 1e-12);
            const Direction middle{0.5 * (cell->eta_low + cell->eta_high),
                                   0.5 * (cell->phi_low + cell->phi_high)};
            ASSERT_EQ(cell_at(calorimeter, middle), cell);
        }
    }
    EXPECT_FALSE(cell_at(Calorimeter::ecal, {5.01, 0}).has_value());
    EXPECT_FALSE(cell_at(Calorimeter::hcal, {-5.01, 0}).has_value());
}

TEST(energy_resolution, has_the_values_of_the_card) {
    EXPECT_NEAR(energy_resolution(Calorimeter::ecal, 0, 100), std::sqrt(0.64 + 1.21 + 0.16), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::ecal, -1, 100), 1.64 * std::sqrt(0.64 + 1.21 + 0.16), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::hcal, 0, 100), std::sqrt(25.0 + 225.0), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::hcal, 4, 100), std::sqrt(169.0 + 729.0), 1e-12);
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

}  // namespace
}  // namespace quench::trainer::event

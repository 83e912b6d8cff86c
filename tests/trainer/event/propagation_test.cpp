#include "trainer/event/propagation.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

Particle particle(Category category, int charge, double pt, double eta, double phi) {
    return {.category = category, .charge = charge, .pt = pt, .eta = eta, .phi = phi};
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

}  // namespace
}  // namespace quench::trainer::event

#include "trainer/event/propagation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace quench::trainer::event {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double field = 3.8;        // T
constexpr double radius = 1.29;      // m
constexpr double half_length = 3.0;  // m
constexpr double most_turns = 20.0;  // a looper that needs more has lost its energy on the way

}  // namespace

double wrap(double phi) {
    return phi - 2 * pi * std::floor((phi + pi) / (2 * pi));
}

std::optional<Direction> propagate(const Particle& p) {
    const double slope = std::sinh(p.eta);
    if (p.charge == 0) {
        double rho = radius, z = p.z + radius * slope;
        if (std::abs(z) > half_length) {
            const double end = std::copysign(half_length, slope);
            rho = (end - p.z) / slope;
            z = end;
        }
        return Direction{std::asinh(z / rho), wrap(p.phi)};
    }
    // A helix: after an arc of turning angle a (seen from above) the particle is 2 r sin(a / 2) from the
    // beam.
    const double r = p.pt / (0.3 * field);
    const bool reaches_barrel = 2 * r > radius;
    double turn = reaches_barrel ? 2 * std::asin(radius / (2 * r)) : 0;
    const double end = std::copysign(half_length, slope);
    if (!reaches_barrel || std::abs(p.z + r * turn * slope) > half_length) turn = (end - p.z) / (slope * r);
    if (!(turn < 2 * pi * most_turns)) return std::nullopt;
    // The chord points along phi turned by half the angle, against the charge's sense in a field along z.
    const double chord = 2 * r * std::sin(0.5 * turn);
    const double x = chord * std::cos(p.phi - 0.5 * p.charge * turn);
    const double y = chord * std::sin(p.phi - 0.5 * p.charge * turn);
    const double rho = std::max(std::hypot(x, y), 1e-6);
    return Direction{std::asinh((p.z + r * turn * slope) / rho), std::atan2(y, x)};
}

}  // namespace quench::trainer::event

// The way of a particle through the solenoid.
#pragma once

#include "trainer/event/particle.hpp"

#include <optional>

namespace quench::trainer::event {

/// A direction from the detector's centre.
struct Direction {
    double eta = 0;
    double phi = 0;
};

/// An angle brought into [-pi, pi).
double wrap(double phi);

/// Where a particle enters the calorimeters (cylinder of radius 1.29 m and half-length 3 m, field 3.8 T), or
/// nothing if it never does: loopers arrive at an end, unless they take more than 20 turns to get there.
std::optional<Direction> propagate(const Particle& particle);

}  // namespace quench::trainer::event

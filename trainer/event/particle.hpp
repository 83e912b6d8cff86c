// What a generator makes and a detector sees.
#pragma once

#include "trainer/event/event.hpp"

#include <cmath>

namespace quench::trainer::event {

/// A stable generated particle. Momenta in GeV, lengths in metres.
struct Particle {
    Category category = Category::none;
    int charge = 0;  ///< -1, 0, 1; 0 for neutral hadrons and photons
    double pt = 0;
    double eta = 0;
    double phi = 0;
    double mass = 0;
    double z = 0;                  ///< of its vertex, on the beam line
    bool strange_neutral = false;  ///< a K0S or Lambda, which showers in the ECAL too

    [[nodiscard]] double energy() const {
        const double momentum = pt * std::cosh(eta);
        return std::sqrt(momentum * momentum + mass * mass);
    }
};

}  // namespace quench::trainer::event

// A simulated collision: what its particles were, and what the detector saw of them.
#pragma once

#include <array>
#include <vector>

namespace quench::trainer::event {

/// The classes of targets; what a particle is to the detector.
enum class Category { none, charged_hadron, neutral_hadron, photon, electron, muon };

/// A stable generated particle. Momenta in GeV, lengths in metres.
struct Particle {
    Category category = Category::none;
    int charge = 0;  ///< -1, 0, 1; 0 for neutral hadrons and photons
    double pt = 0;
    double eta = 0;
    double phi = 0;
    double mass = 0;
    double z = 0;  ///< of its vertex, on the beam line
};

/// [type, pt or ET, eta, sin phi, cos phi, p or E, then by type]; see trainer/mlpf/batch.hpp for the columns.
using Features = std::array<float, 12>;
/// [class, charge, pt, eta, sin phi, cos phi, E]; all 0 where nothing is to be built.
using Target = std::array<float, 7>;

/// Element i has the features elements[i] and the truth targets[i].
struct Event {
    std::vector<Features> elements;
    std::vector<Target> targets;
};

}  // namespace quench::trainer::event

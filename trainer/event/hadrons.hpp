// The hadrons that come out of collisions: which, and how fast.
#pragma once

#include "base/random.hpp"
#include "trainer/event/four_vector.hpp"
#include "trainer/event/particle.hpp"

#include <vector>

namespace quench::trainer::event {

/// A kind of hadron, with the parameters of its pt spectrum dN/dpt ~ pt (1 + (mT - m) / (n T))^-n (the
/// Tsallis form that fits LHC data, CMS, EPJC 72:2164).
struct Species {
    enum class Kind { charged, neutral, strange_neutral, neutral_pion } kind = Kind::charged;
    double mass = 0;         // GeV
    double abundance = 0;    // relative; the sum is 1
    double temperature = 0;  // T, GeV
    double power = 0;        // n
};

/// One of them, by abundance. The abundances are those of stable particles (c tau > 10 mm) in pp collisions.
const Species& draw_species(base::Rng& rng);

/// A transverse momentum of its spectrum [GeV].
double draw_pt(const Species& species, base::Rng& rng);

/// Appends a hadron with this momentum from the vertex at `z` [m]; a neutral pion as its photons (1.2 % as a
/// photon, an electron and a positron).
void add_hadron(const Species& species, const FourVector& p, double z, base::Rng& rng,
                std::vector<Particle>& out);

/// Appends an electron, muon or photon.
void add_particle(Category category, int charge, double mass, const FourVector& p, double z,
                  std::vector<Particle>& out);

inline constexpr double electron_mass = 0.000511, muon_mass = 0.10566, pion_mass = 0.13957;

}  // namespace quench::trainer::event

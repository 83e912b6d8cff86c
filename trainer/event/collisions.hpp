// What happens when protons meet, parametrised: a hard scatter, and the soft collisions around it.
#pragma once

#include "base/random.hpp"
#include "trainer/event/four_vector.hpp"
#include "trainer/event/particle.hpp"

#include <vector>

namespace quench::trainer::event {

enum class Process {
    ttbar,  ///< a pair of top quarks: jets, leptons, neutrinos
    qcd     ///< two jets or three above 20 GeV
};

/// A soft collision at the vertex `z` [m]: hadrons flat in rapidity, with a number that fluctuates as a
/// negative binomial. `activity` multiplies the mean number.
void add_minimum_bias(double activity, double z, base::Rng& rng, std::vector<Particle>& out);

/// The jet of a quark or gluon: collinear splittings, then a chain of hadrons that each take a part of what
/// is left, with a transverse momentum of some 0.3 GeV to the axis. A heavy one has a lepton in one jet of
/// five.
enum class Flavour { light, bottom };
void add_jet(const FourVector& parton, Flavour flavour, double z, base::Rng& rng, std::vector<Particle>& out);

/// The hard scatter, its jets and leptons (neutrinos leave nothing), and its underlying event.
void add_hard_scatter(Process process, double z, base::Rng& rng, std::vector<Particle>& out);

}  // namespace quench::trainer::event

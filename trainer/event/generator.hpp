// A generator of collision events that need no download: parametrised spectra in place of a physics
// generator, and the response of a CMS-like detector (the resolutions and granularity of the Delphes CMS
// card).
//
// What is simplified: two to five jets with exponential fragmentation stand for the hard scatter; pile-up is
// flat in rapidity with an exponential pt spectrum; 60 % of particles are charged hadrons, 25 % photons, the
// rest neutral hadrons, with a few leptons in jets; neutral hadrons leave all their energy in the HCAL.
#pragma once

#include "trainer/event/event.hpp"
#include "trainer/event/particle.hpp"

#include <cstdint>

namespace quench::trainer::event {

struct GeneratorOptions {
    std::uint64_t seed = 1;
    double pileup = 4.0;  ///< mean number of other collisions; some 20 elements each
};

/// Event number `index`. Depends on the options and the index alone, so that any rank can make any event.
Event generate(const GeneratorOptions& options, std::uint64_t index);

/// The particles of that event, before the detector.
std::vector<Particle> generate_particles(const GeneratorOptions& options, std::uint64_t index);

}  // namespace quench::trainer::event

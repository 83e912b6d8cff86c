// A generator of collision events that need no download: parametrised spectra in place of a physics generator
// (collisions.hpp), and the response of a CMS-like detector (detector.hpp).
//
// What is simplified: hadrons of soft collisions are independent of each other, their spectrum's tail stands
// for the mini-jets; jets are chains of hadrons after a few splittings; the mean number of soft hadrons is
// set so that a collision leaves about as many elements as in the published events (`mlpf-events baseline`
// compares).
#pragma once

#include "trainer/event/collisions.hpp"
#include "trainer/event/event.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace quench::trainer::event {

struct GeneratorOptions {
    std::uint64_t seed = 1;
    double pileup = 4.0;  ///< mean number of other collisions; some 22 elements each
    Process process = Process::ttbar;
};

/// Part of what makes an event reproducible: goes up with every change of what a seed means.
inline constexpr int generator_version = 2;

constexpr std::string_view to_text(Process process) {
    return process == Process::ttbar ? "ttbar" : "qcd";
}

/// Event number `index`, with candidates and jets. Depends on the options and the index alone, so that any
/// rank can make any event.
Event generate(const GeneratorOptions& options, std::uint64_t index);

/// The particles of that event, before the detector.
std::vector<Particle> generate_particles(const GeneratorOptions& options, std::uint64_t index);

}  // namespace quench::trainer::event

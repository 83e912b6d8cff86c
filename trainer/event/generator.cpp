#include "trainer/event/generator.hpp"

#include "base/random.hpp"
#include "trainer/event/detector.hpp"
#include "trainer/event/jets.hpp"

#include <algorithm>

namespace quench::trainer::event {
namespace {

double vertex(base::Rng& rng) {
    constexpr double spread = 0.053, largest = 0.25;  // m, along the beam
    return std::clamp(spread * rng.normal(), -largest, largest);
}

}  // namespace

std::vector<Particle> generate_particles(const GeneratorOptions& options, std::uint64_t index) {
    std::vector<Particle> particles;
    base::Rng rng(options.seed, "event.particles", index);
    add_hard_scatter(options.process, vertex(rng), rng, particles);
    for (std::uint64_t n = rng.poisson(options.pileup); n > 0; --n)
        add_minimum_bias(1.0, vertex(rng), rng, particles);
    return particles;
}

Event generate(const GeneratorOptions& options, std::uint64_t index) {
    base::Rng rng(options.seed, "event.detector", index);
    Event event = detect(generate_particles(options, index), rng);
    event.jets = find_jets(event.targets);
    return event;
}

}  // namespace quench::trainer::event

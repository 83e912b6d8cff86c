#include "trainer/event/generator.hpp"

#include "base/random.hpp"
#include "trainer/event/detector.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace quench::trainer::event {
namespace {

using base::Rng;

constexpr double pi = std::numbers::pi;
constexpr double vertex_spread = 0.053;  // m, along the beam
constexpr double largest_vertex_z = 0.25;

Particle make_particle(Rng& rng, double lepton_share) {
    Particle p;
    const double kind = rng.uniform();
    const int charge = rng.below(2) == 0 ? 1 : -1;
    if (kind < lepton_share) {
        p.category = rng.below(2) == 0 ? Category::electron : Category::muon;
        p.charge = charge;
        p.mass = p.category == Category::electron ? 0.000511 : 0.10566;
    } else if (kind < 0.60) {
        p.category = Category::charged_hadron;
        p.charge = charge;
        p.mass = 0.13957;
    } else if (kind < 0.85) {
        p.category = Category::photon;
    } else {
        p.category = Category::neutral_hadron;
        p.mass = 0.49761;
    }
    return p;
}

double vertex(Rng& rng) {
    return std::clamp(vertex_spread * rng.normal(), -largest_vertex_z, largest_vertex_z);
}

// Jets with a falling spectrum, balanced in azimuth only on average.
void add_hard_scatter(Rng& rng, std::vector<Particle>& out) {
    constexpr double least_jet_pt = 15.0, mean_jet_pt_above = 20.0, mean_share = 0.08, least_pt = 0.2;
    const double z = vertex(rng);
    const std::uint64_t jets = 2 + rng.below(4);
    for (std::uint64_t jet = 0; jet < jets; ++jet) {
        const double jet_pt = least_jet_pt + mean_jet_pt_above * rng.exponential();
        const double jet_eta = 1.5 * rng.normal();
        const double jet_phi = 2 * pi * rng.uniform();
        for (double left = jet_pt; left > least_pt;) {
            Particle p = make_particle(rng, 0.03);
            p.pt = std::min(left, least_pt + mean_share * jet_pt * rng.exponential());
            // Soft particles fly further from the axis.
            const double width = 0.25 / std::sqrt(1.0 + p.pt);
            p.eta = std::clamp(jet_eta + width * rng.normal(), -5.5, 5.5);
            p.phi = jet_phi + width * rng.normal();
            p.z = z;
            left -= p.pt;
            out.push_back(p);
        }
    }
}

void add_minimum_bias(Rng& rng, std::vector<Particle>& out) {
    constexpr double mean_particles = 45.0, mean_pt = 0.55, least_pt = 0.1, widest_eta = 5.2;
    const double z = vertex(rng);
    for (std::uint64_t n = rng.poisson(mean_particles); n > 0; --n) {
        Particle p = make_particle(rng, 0.002);
        p.pt = least_pt + mean_pt * rng.exponential();
        p.eta = widest_eta * (2 * rng.uniform() - 1);
        p.phi = 2 * pi * rng.uniform();
        p.z = z;
        out.push_back(p);
    }
}

}  // namespace

std::vector<Particle> generate_particles(const GeneratorOptions& options, std::uint64_t index) {
    std::vector<Particle> particles;
    Rng rng(options.seed, "event.particles", index);
    add_hard_scatter(rng, particles);
    for (std::uint64_t n = rng.poisson(options.pileup); n > 0; --n) add_minimum_bias(rng, particles);
    return particles;
}

Event generate(const GeneratorOptions& options, std::uint64_t index) {
    Rng rng(options.seed, "event.detector", index);
    return detect(generate_particles(options, index), rng);
}

}  // namespace quench::trainer::event

#include "trainer/event/hadrons.hpp"

#include <cmath>
#include <iterator>

namespace quench::trainer::event {
namespace {

using Kind = Species::Kind;

constexpr double neutral_pion_mass = 0.13498;
constexpr double dalitz_share = 0.012;

// Charged pions, kaons, protons, K0L, neutrons, K0S, Lambdas, and neutral pions, which stand for the photons
// of the eta meson too. Relative to the charged pions the yields are those of event generators, which make
// somewhat fewer strange hadrons than LHC collisions do: K 0.09, p 0.065, K0S and K0L 0.046, Lambda 0.02.
constexpr Species table[] = {
    {Kind::charged, pion_mass, 0.540, 0.135, 9.0},
    {Kind::charged, 0.49368, 0.050, 0.190, 9.0},
    {Kind::charged, 0.93827, 0.035, 0.225, 10.0},
    {Kind::neutral, 0.49761, 0.025, 0.190, 9.0},
    {Kind::neutral, 0.93957, 0.034, 0.225, 10.0},
    {Kind::strange_neutral, 0.49761, 0.025, 0.190, 9.0},
    {Kind::strange_neutral, 1.11568, 0.010, 0.235, 10.0},
    {Kind::neutral_pion, neutral_pion_mass, 0.281, 0.135, 9.0},
};

}  // namespace

const Species& draw_species(base::Rng& rng) {
    double left = rng.uniform();
    for (const Species& species : table)
        if ((left -= species.abundance) < 0) return species;
    return *std::prev(std::end(table));
}

double draw_pt(const Species& species, base::Rng& rng) {
    // In u = 1 + (mT - m) / (n T) the density is (m + n T (u - 1)) u^-n. Proposed from u^(1-n), accepted with
    // what is left, 1 + (m - n T) / (n T u), divided by its greatest value.
    const double nt = species.power * species.temperature, m = species.mass;
    const double greatest = std::max(1.0, m / nt);
    for (;;) {
        const double u = std::pow(1 - rng.uniform(), -1 / (species.power - 2));
        if (rng.uniform() * greatest > 1 + (m - nt) / (nt * u)) continue;
        const double mt = m + nt * (u - 1);
        return std::sqrt(std::max(mt * mt - m * m, 1e-6));
    }
}

void add_particle(Category category, int charge, double mass, const FourVector& p, double z,
                  std::vector<Particle>& out) {
    out.push_back({.category = category,
                   .charge = charge,
                   .pt = std::max(p.pt(), 1e-6),
                   .eta = p.eta(),
                   .phi = p.phi(),
                   .mass = mass,
                   .z = z});
}

void add_hadron(const Species& species, const FourVector& p, double z, base::Rng& rng,
                std::vector<Particle>& out) {
    switch (species.kind) {
        case Kind::charged:
            return add_particle(Category::charged_hadron, rng.below(2) == 0 ? 1 : -1, species.mass, p, z,
                                out);
        case Kind::neutral:
            return add_particle(Category::neutral_hadron, 0, species.mass, p, z, out);
        case Kind::strange_neutral:
            add_particle(Category::neutral_hadron, 0, species.mass, p, z, out);
            out.back().strange_neutral = true;
            return;
        case Kind::neutral_pion: {
            const auto photons = decay(p, 0, 0, rng);
            add_particle(Category::photon, 0, 0, photons[0], z, out);
            if (rng.uniform() >= dalitz_share)
                return add_particle(Category::photon, 0, 0, photons[1], z, out);
            const double share = rng.uniform();
            const auto part = [&](double x) {
                return FourVector{x * photons[1].px, x * photons[1].py, x * photons[1].pz, x * photons[1].e};
            };
            add_particle(Category::electron, 1, electron_mass, part(share), z, out);
            return add_particle(Category::electron, -1, electron_mass, part(1 - share), z, out);
        }
    }
}

}  // namespace quench::trainer::event

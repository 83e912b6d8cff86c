#include "trainer/event/collisions.hpp"

#include "trainer/event/hadrons.hpp"
#include "trainer/event/propagation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace quench::trainer::event {
namespace {

using base::Rng;

constexpr double pi = std::numbers::pi;
constexpr double top_mass = 172.5, w_mass = 80.4, bottom_mass = 4.8;

// A falling power law above `least`: dN/dpt ~ pt^-power.
double power_law(double least, double power, Rng& rng) {
    return least * std::pow(1 - rng.uniform(), -1 / (power - 1));
}

// The direction and size of `along`, kicked by kx and ky at right angles to it.
FourVector kicked(const FourVector& along, double share, double kx, double ky, double mass) {
    const double p = along.momentum(), pt = std::max(along.pt(), 1e-9);
    const double ux = along.px / p, uy = along.py / p, uz = along.pz / p;
    // One right-angled direction lies in the transverse plane, the other completes the frame.
    const double ax = -along.py / pt, ay = along.px / pt;
    const double bx = -uz * ay, by = uz * ax, bz = ux * ay - uy * ax;
    FourVector out{share * p * ux + kx * ax + ky * bx, share * p * uy + kx * ay + ky * by,
                   share * p * uz + ky * bz, 0};
    out.e = std::hypot(out.momentum(), mass);
    return out;
}

void add_hadrons(const FourVector& parton, double z, Rng& rng, std::vector<Particle>& out) {
    constexpr double steepness = 3.8;    // a hadron takes 1 / (1 + steepness) of what is left
    constexpr double transverse = 0.30;  // GeV, each of two components
    constexpr double least_energy_left = 0.4;
    double left = 1;
    while (left * parton.e > least_energy_left) {
        const Species& species = draw_species(rng);
        const double share = left * (1 - std::pow(1 - rng.uniform(), 1 / steepness));
        const FourVector hadron =
            kicked(parton, share, transverse * rng.normal(), transverse * rng.normal(), species.mass);
        add_hadron(species, hadron, z, rng, out);
        left -= hadron.e / parton.e;  // masses and transverse momenta take their part too
    }
}

// Collinear splittings: the angle is log-uniform, as in the shower of a massless parton.
void split(const FourVector& parton, int depth, double z, Rng& rng, std::vector<Particle>& out) {
    constexpr double least_energy = 12.0, chance = 0.55, least_angle = 0.04, largest_angle = 0.7;
    if (depth == 0 || parton.pt() < least_energy || rng.uniform() > chance)
        return add_hadrons(parton, z, rng, out);
    const double share = 0.1 + 0.4 * rng.uniform();
    const double angle = least_angle * std::pow(largest_angle / least_angle, rng.uniform());
    const double kick = share * (1 - share) * angle * parton.momentum() / std::cosh(parton.eta());
    const double phi = 2 * pi * rng.uniform();
    const double kx = kick * std::cos(phi), ky = kick * std::sin(phi);
    split(kicked(parton, share, kx, ky, 0), depth - 1, z, rng, out);
    split(kicked(parton, 1 - share, -kx, -ky, 0), depth - 1, z, rng, out);
}

void add_lepton(Category category, int charge, const FourVector& p, double z, std::vector<Particle>& out) {
    add_particle(category, charge, category == Category::electron ? electron_mass : muon_mass, p, z, out);
}

// A tau's visible part: an electron, a muon, or a narrow jet of one or three charged pions and neutral ones.
void add_tau(int charge, const FourVector& tau, double z, Rng& rng, std::vector<Particle>& out) {
    const double kind = rng.uniform();
    const double visible = kind < 0.35 ? 0.35 * (0.5 + rng.uniform()) : 0.6 * (0.6 + 0.7 * rng.uniform());
    constexpr double transverse = 0.3;
    const auto piece = [&](double share) {
        return kicked(tau, share * visible, transverse * rng.normal(), transverse * rng.normal(), pion_mass);
    };
    if (kind < 0.175) return add_lepton(Category::electron, charge, piece(1), z, out);
    if (kind < 0.35) return add_lepton(Category::muon, charge, piece(1), z, out);
    if (kind < 0.50) {
        for (const int sign : {charge, charge, -charge})
            add_particle(Category::charged_hadron, sign, pion_mass, piece(1.0 / 3), z, out);
        return;
    }
    const double charged = kind < 0.61 ? 1.0 : 0.2 + 0.6 * rng.uniform();
    add_particle(Category::charged_hadron, charge, pion_mass, piece(charged), z, out);
    if (charged < 1) add_particle(Category::photon, 0, 0, piece(1 - charged), z, out);
}

void add_w(const FourVector& w, int charge, double z, Rng& rng, std::vector<Particle>& out) {
    const auto products = decay(w, 0, 0, rng);
    const double kind = rng.uniform();
    constexpr double leptonic = 0.108;  // of each of three
    if (kind < leptonic) return add_lepton(Category::electron, charge, products[0], z, out);
    if (kind < 2 * leptonic) return add_lepton(Category::muon, charge, products[0], z, out);
    if (kind < 3 * leptonic) return add_tau(charge, products[0], z, rng, out);
    for (const FourVector& quark : products) add_jet(quark, Flavour::light, z, rng, out);
}

void add_ttbar(double z, Rng& rng, std::vector<Particle>& out) {
    // The pair's pt peaks near 80 GeV with a mean of about 120; both share the boost along the beam.
    const double pt = 60 * (rng.exponential() + rng.exponential());
    const double phi = 2 * pi * rng.uniform(), boost = 0.9 * rng.normal();
    const double recoil = power_law(10, 2.6, rng), recoil_phi = 2 * pi * rng.uniform();
    for (const int charge : {1, -1}) {
        const double px = charge * pt * std::cos(phi) - 0.5 * recoil * std::cos(recoil_phi);
        const double py = charge * pt * std::sin(phi) - 0.5 * recoil * std::sin(recoil_phi);
        const double mt = std::sqrt(top_mass * top_mass + px * px + py * py);
        const double y = boost + 0.7 * rng.normal();
        const auto products = decay({px, py, mt * std::sinh(y), mt * std::cosh(y)}, w_mass, bottom_mass, rng);
        add_w(products[0], charge, z, rng, out);
        add_jet(products[1], Flavour::bottom, z, rng, out);
    }
    add_jet(from_pt_eta_phi(recoil, 2 * rng.normal(), recoil_phi, 0), Flavour::light, z, rng, out);
}

void add_qcd(double z, Rng& rng, std::vector<Particle>& out) {
    constexpr double least_pt = 20.0, power = 5.0, widest_eta = 5.0;
    const double pt = power_law(least_pt, power, rng);
    const double phi = 2 * pi * rng.uniform(), boost = 1.2 * rng.normal(), apart = 1.2 * rng.normal();
    const auto add = [&](double jet_pt, double eta, double jet_phi) {
        add_jet(from_pt_eta_phi(jet_pt, std::clamp(eta, -widest_eta, widest_eta), jet_phi, 0),
                rng.uniform() < 0.03 ? Flavour::bottom : Flavour::light, z, rng, out);
    };
    if (rng.uniform() < 0.6) {
        add(pt, boost + apart, phi);
        return add(pt, boost - apart, phi + pi);
    }
    // A third jet takes from the second one.
    const double share = 0.15 + 0.5 * rng.uniform(), angle = 0.5 + 0.6 * rng.uniform();
    add(pt, boost + apart, phi);
    add((1 - share) * pt, boost - apart, phi + pi + share * angle);
    add(share * pt, boost - apart + 0.8 * rng.normal(), phi + pi - (1 - share) * angle);
}

}  // namespace

void add_minimum_bias(double activity, double z, Rng& rng, std::vector<Particle>& out) {
    constexpr double density = 15.0;  // hadrons (neutral pions undecayed) a unit of rapidity, at rest
    constexpr double width = 3.7;     // of the distribution of rapidity
    constexpr double widest = 5.6;    // beyond, nothing reaches a cell
    // Poisson with a mean that is gamma-distributed (shape 2): diffractive collisions are quiet, central ones
    // not.
    const double mean = activity * density * 2 * widest * 0.5 * (rng.exponential() + rng.exponential());
    // A rapidity, or none for hadrons outside the distribution.
    const auto rapidity = [&]() -> std::optional<double> {
        const double y = widest * (2 * rng.uniform() - 1);
        return rng.uniform() > std::exp(-0.5 * y * y / (width * width)) ? std::nullopt : std::optional(y);
    };
    const auto momentum = [&](double y, double pt, double mass) {
        const double phi = 2 * pi * rng.uniform(), mt = std::hypot(pt, mass);
        return FourVector{pt * std::cos(phi), pt * std::sin(phi), mt * std::sinh(y), mt * std::cosh(y)};
    };
    for (std::uint64_t n = rng.poisson(std::min(mean, 2000.0)); n > 0; --n) {
        const auto y = rapidity();
        if (!y) continue;
        const Species& species = draw_species(rng);
        add_hadron(species, momentum(*y, draw_pt(species, rng), species.mass), z, rng, out);
    }
    // From decays of charm and bottom.
    constexpr double leptons = 0.06, mean_lepton_pt = 1.0;
    for (std::uint64_t n = rng.poisson(activity * leptons); n > 0; --n) {
        const auto y = rapidity();
        if (!y) continue;
        const Category category = rng.below(2) == 0 ? Category::electron : Category::muon;
        const int charge = rng.below(2) == 0 ? 1 : -1;
        add_lepton(category, charge, momentum(*y, 0.05 + mean_lepton_pt * rng.exponential(), muon_mass), z,
                   out);
    }
}

void add_jet(const FourVector& parton, Flavour flavour, double z, Rng& rng, std::vector<Particle>& out) {
    constexpr int most_splittings = 3;
    double left = 1;
    if (flavour == Flavour::bottom && rng.uniform() < 0.2) {
        const double share = 0.05 + 0.3 * rng.uniform(), neutrino = 0.5 * share;
        const Category category = rng.below(2) == 0 ? Category::electron : Category::muon;
        add_lepton(category, rng.below(2) == 0 ? 1 : -1,
                   kicked(parton, share, rng.normal(), rng.normal(), muon_mass), z, out);
        left -= share + neutrino;
    }
    split(kicked(parton, left, 0, 0, 0), most_splittings, z, rng, out);
}

void add_hard_scatter(Process process, double z, Rng& rng, std::vector<Particle>& out) {
    if (process == Process::ttbar)
        add_ttbar(z, rng, out);
    else
        add_qcd(z, rng, out);
    constexpr double underlying_event = 1.8;  // a hard collision is central
    add_minimum_bias(underlying_event, z, rng, out);
}

}  // namespace quench::trainer::event

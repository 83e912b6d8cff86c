#include "trainer/event/detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

namespace quench::trainer::event {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double field = 3.8;        // T
constexpr double radius = 1.29;      // m
constexpr double half_length = 3.0;  // m
constexpr double tracker_eta = 2.5;
constexpr double least_track_pt = 0.1;
constexpr double most_turns = 20.0;  // a looper that needs more has lost its energy on the way

using Features = std::array<float, feature_columns(Detector::delphes)>;
using Target = std::array<float, target_columns>;

void add_row(Event& event, const Features& element, const Target& target) {
    ++event.rows;
    event.elements.insert(event.elements.end(), element.begin(), element.end());
    event.targets.insert(event.targets.end(), target.begin(), target.end());
}

double energy(const Particle& p) {
    const double momentum = p.pt * std::cosh(p.eta);
    return std::sqrt(momentum * momentum + p.mass * p.mass);
}

double wrap(double phi) {
    return phi - 2 * pi * std::floor((phi + pi) / (2 * pi));
}

// Log-normal with the given mean, as Delphes smears: never negative.
double smear(base::Rng& rng, double mean, double sigma) {
    if (mean <= 0) return 0;
    const double b = std::sqrt(std::log1p(sigma * sigma / (mean * mean)));
    return std::exp(std::log(mean) - 0.5 * b * b + b * rng.normal());
}

double track_resolution(const Particle& p) {
    const double eta = std::abs(p.eta);
    const int region = eta < 0.5 ? 0 : eta < 1.5 ? 1 : 2;
    constexpr double by_kind[3][3] = {{0.06, 0.10, 0.25}, {0.03, 0.05, 0.15}, {0.01, 0.015, 0.025}};
    constexpr double slope[3] = {1.3e-3, 1.7e-3, 3.1e-3};
    constexpr double muon_slope[3] = {1e-4, 1.5e-4, 3.5e-4};
    const int kind = p.category == Category::muon ? 2 : p.category == Category::electron ? 1 : 0;
    return std::hypot(by_kind[kind][region], (kind == 2 ? muon_slope : slope)[region] * p.pt);
}

// What a tower has gathered.
struct Tower {
    double deposit = 0;
    std::vector<const Particle*> without_track;
};
using Towers = std::map<Cell, Tower>;

Target target_of(Category category, int charge, double px, double py, double pz, double e) {
    const double pt = std::hypot(px, py);
    const auto f = [](double x) { return static_cast<float>(x); };
    return {f(static_cast<double>(category)),
            f(charge),
            f(pt),
            f(std::asinh(pz / pt)),
            f(py / pt),
            f(px / pt),
            f(e)};
}

Target truth_of(const Particle& p) {
    return target_of(p.category, p.charge, p.pt * std::cos(p.phi), p.pt * std::sin(p.phi),
                     p.pt * std::sinh(p.eta), energy(p));
}

Target truth_of(const Tower& tower) {
    double px = 0, py = 0, pz = 0, e = 0, largest = 0;
    const Particle* leader = nullptr;
    for (const Particle* p : tower.without_track) {
        px += p->pt * std::cos(p->phi);
        py += p->pt * std::sin(p->phi);
        pz += p->pt * std::sinh(p->eta);
        e += energy(*p);
        if (energy(*p) > largest) {
            largest = energy(*p);
            leader = p;
        }
    }
    if (leader == nullptr) return {};
    Category category = leader->category;
    int charge = leader->charge;
    const double eta = std::asinh(pz / std::hypot(px, py));
    if (category == Category::charged_hadron && std::abs(eta) > tracker_eta) {
        category = Category::neutral_hadron;
        charge = 0;
    }
    if (category == Category::neutral_hadron && e < 9.0) return {};
    return target_of(category, charge, px, py, pz, e);
}

Features track_features(const Particle& p, Direction outer, base::Rng& rng) {
    constexpr double angle_resolution = 0.01;
    const double pt = smear(rng, p.pt, p.pt * track_resolution(p));
    const double eta = p.eta + angle_resolution * rng.normal();
    const double phi = p.phi + angle_resolution * rng.normal();
    const auto f = [](double x) { return static_cast<float>(x); };
    // Muons and electrons come from truth, since the rule-based reconstruction to compare with has them so.
    return {2.0F,
            f(pt),
            f(eta),
            f(std::sin(phi)),
            f(std::cos(phi)),
            f(pt * std::cosh(eta)),
            f(outer.eta),
            f(std::sin(outer.phi)),
            f(std::cos(outer.phi)),
            f(p.charge),
            p.category == Category::muon ? 1.0F : 0.0F,
            p.category == Category::electron ? 1.0F : 0.0F};
}

void read_out(Calorimeter calorimeter, const Towers& towers, base::Rng& rng, Event& event) {
    const bool ecal = calorimeter == Calorimeter::ecal;
    const double least = ecal ? 0.5 : 1.0;
    constexpr double least_significance = 2.0;
    for (const auto& [cell, tower] : towers) {
        const double middle = 0.5 * (cell.eta_low + cell.eta_high);
        const double e = smear(rng, tower.deposit, energy_resolution(calorimeter, middle, tower.deposit));
        const double eta = cell.eta_low + (cell.eta_high - cell.eta_low) * rng.uniform();
        const double phi = cell.phi_low + (cell.phi_high - cell.phi_low) * rng.uniform();
        if (e <= least || e <= least_significance * energy_resolution(calorimeter, middle, e)) continue;
        const auto f = [](double x) { return static_cast<float>(x); };
        add_row(event,
                {1.0F, f(e / std::cosh(eta)), f(eta), f(std::sin(phi)), f(std::cos(phi)), f(e),
                 ecal ? f(e) : 0.0F, ecal ? 0.0F : f(e), 0, 0, 0, 0},
                truth_of(tower));
    }
}

// Upper edges in eta of the coarse cells, from the fine ones outwards.
constexpr double ecal_edges[] = {2.958, 3.125, 3.3, 3.475, 3.65, 3.825, 4.0, 4.175, 4.35, 4.525, 4.7, 5.0};
constexpr double hcal_edges[] = {1.653, 1.74, 1.83,  1.93, 2.043, 2.172, 2.322, 2.5,  2.65,  2.868, 2.95,
                                 3.125, 3.3,  3.475, 3.65, 3.825, 4.0,   4.175, 4.35, 4.525, 4.7,   5.0};

}  // namespace

std::optional<Direction> propagate(const Particle& p) {
    const double slope = std::sinh(p.eta);
    if (p.charge == 0) {
        double rho = radius, z = p.z + radius * slope;
        if (std::abs(z) > half_length) {
            const double end = std::copysign(half_length, slope);
            rho = (end - p.z) / slope;
            z = end;
        }
        return Direction{std::asinh(z / rho), wrap(p.phi)};
    }
    // A helix: after an arc of turning angle a (seen from above) the particle is 2 r sin(a / 2) from the
    // beam.
    const double r = p.pt / (0.3 * field);
    const bool reaches_barrel = 2 * r > radius;
    double turn = reaches_barrel ? 2 * std::asin(radius / (2 * r)) : 0;
    const double end = std::copysign(half_length, slope);
    if (!reaches_barrel || std::abs(p.z + r * turn * slope) > half_length) turn = (end - p.z) / (slope * r);
    if (!(turn < 2 * pi * most_turns)) return std::nullopt;
    // The chord points along phi turned by half the angle, against the charge's sense in a field along z.
    const double chord = 2 * r * std::sin(0.5 * turn);
    const double x = chord * std::cos(p.phi - 0.5 * p.charge * turn);
    const double y = chord * std::sin(p.phi - 0.5 * p.charge * turn);
    const double rho = std::max(std::hypot(x, y), 1e-6);
    return Direction{std::asinh((p.z + r * turn * slope) / rho), std::atan2(y, x)};
}

double track_efficiency(const Particle& p) {
    const double eta = std::abs(p.eta);
    if (p.charge == 0 || p.pt < least_track_pt || eta > tracker_eta) return 0;
    const bool barrel = eta <= 1.5;
    switch (p.category) {
        case Category::electron:
            if (p.pt <= 1) return barrel ? 0.73 : 0.50;
            return p.pt <= 100 ? (barrel ? 0.95 : 0.83) : (barrel ? 0.99 : 0.90);
        case Category::muon:
            return p.pt <= 1 ? (barrel ? 0.75 : 0.70) : (barrel ? 0.99 : 0.98);
        default:
            return p.pt <= 1 ? (barrel ? 0.70 : 0.60) : (barrel ? 0.95 : 0.85);
    }
}

std::optional<Cell> cell_at(Calorimeter calorimeter, Direction direction) {
    const bool ecal = calorimeter == Calorimeter::ecal;
    const double eta = std::abs(direction.eta);
    const double fine_edge = ecal ? ecal_edges[0] : hcal_edges[0];
    double low = 0, high = 0, degrees = 0;
    if (eta < fine_edge) {
        const double step = ecal ? 0.0174 : 0.087;
        low = step * std::floor(eta / step);
        high = std::min(low + step, fine_edge);
        degrees = ecal ? 1 : 5;
    } else {
        const double* begin = ecal ? std::begin(ecal_edges) : std::begin(hcal_edges);
        const double* end = ecal ? std::end(ecal_edges) : std::end(hcal_edges);
        const double* upper = std::upper_bound(begin, end, eta);
        if (upper == end) return std::nullopt;
        low = *(upper - 1);
        high = *upper;
        degrees = !ecal && low >= 4.35 ? 20 : 10;
    }
    const double width = degrees * pi / 180;
    const double phi = width * std::floor(wrap(direction.phi) / width);
    if (direction.eta < 0) return Cell{-high, -low, phi, phi + width};
    return Cell{low, high, phi, phi + width};
}

double energy_resolution(Calorimeter calorimeter, double signed_eta, double e) {
    const double eta = std::abs(signed_eta);
    if (calorimeter == Calorimeter::hcal)
        return eta <= 3 ? std::sqrt(0.05 * 0.05 * e * e + 1.5 * 1.5 * e)
                        : std::sqrt(0.13 * 0.13 * e * e + 2.7 * 2.7 * e);
    if (eta > 2.5) return std::sqrt(0.107 * 0.107 * e * e + 2.08 * 2.08 * e);
    const double s = std::sqrt(0.008 * 0.008 * e * e + 0.11 * 0.11 * e + 0.40 * 0.40);
    return s * (eta <= 1.5 ? 1 + 0.64 * eta * eta : 2.16 + 5.6 * (eta - 2) * (eta - 2));
}

Event detect(const std::vector<Particle>& particles, base::Rng& rng) {
    Event event;
    Towers ecal, hcal;
    for (const Particle& p : particles) {
        const std::optional<Direction> outer = propagate(p);
        const bool has_track = rng.uniform() < track_efficiency(p);
        if (has_track) {
            add_row(event, track_features(p, outer.value_or(Direction{p.eta, p.phi}), rng), truth_of(p));
        }
        if (!outer || p.category == Category::muon) continue;
        const bool electromagnetic = p.category == Category::photon || p.category == Category::electron;
        const auto calorimeter = electromagnetic ? Calorimeter::ecal : Calorimeter::hcal;
        const std::optional<Cell> cell = cell_at(calorimeter, *outer);
        if (!cell) continue;
        Tower& tower = (electromagnetic ? ecal : hcal)[*cell];
        tower.deposit += energy(p);
        if (!has_track) tower.without_track.push_back(&p);
    }
    read_out(Calorimeter::ecal, ecal, rng, event);
    read_out(Calorimeter::hcal, hcal, rng, event);
    return event;
}

}  // namespace quench::trainer::event

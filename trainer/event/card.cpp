#include "trainer/event/card.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

namespace quench::trainer::event {
namespace {

constexpr double least_track_pt = 0.1;

// Upper edges in eta of the coarse cells, from the fine ones outwards.
constexpr double ecal_edges[] = {2.958, 3.125, 3.3, 3.475, 3.65, 3.825, 4.0, 4.175, 4.35, 4.525, 4.7, 5.0};
constexpr double hcal_edges[] = {1.653, 1.74, 1.83,  1.93, 2.043, 2.172, 2.322, 2.5,  2.65,  2.868, 2.95,
                                 3.125, 3.3,  3.475, 3.65, 3.825, 4.0,   4.175, 4.35, 4.525, 4.7,   5.0};

double electron_efficiency(double pt, bool barrel) {
    if (pt <= 1) return barrel ? 0.73 : 0.50;
    return pt <= 100 ? (barrel ? 0.95 : 0.83) : (barrel ? 0.99 : 0.90);
}

double muon_efficiency(double pt, bool barrel) {
    if (pt <= 1) return barrel ? 0.75 : 0.70;
    const double flat = barrel ? 0.99 : 0.98;
    return pt <= 1000 ? flat : flat * std::exp(0.5 - 5e-4 * pt);
}

}  // namespace

double track_efficiency(const Particle& p, double signed_eta) {
    const double eta = std::abs(signed_eta);
    if (p.charge == 0 || p.pt < least_track_pt || eta > tracker_eta) return 0;
    const bool barrel = eta <= 1.5;
    switch (p.category) {
        case Category::electron:
            return electron_efficiency(p.pt, barrel);
        case Category::muon:
            return muon_efficiency(p.pt, barrel);
        default:
            return p.pt <= 1 ? (barrel ? 0.70 : 0.60) : (barrel ? 0.95 : 0.85);
    }
}

double track_resolution(const Particle& p, double signed_eta) {
    const double eta = std::abs(signed_eta);
    const int region = eta < 0.5 ? 0 : eta < 1.5 ? 1 : 2;
    constexpr double constant[3][3] = {{0.06, 0.10, 0.25}, {0.03, 0.05, 0.15}, {0.01, 0.015, 0.025}};
    constexpr double slope[3] = {1.3e-3, 1.7e-3, 3.1e-3};
    constexpr double muon_slope[3] = {1e-4, 1.5e-4, 3.5e-4};
    const int kind = p.category == Category::muon ? 2 : p.category == Category::electron ? 1 : 0;
    return std::hypot(constant[kind][region], (kind == 2 ? muon_slope : slope)[region] * p.pt);
}

double energy_fraction(Calorimeter calorimeter, const Particle& p) {
    if (p.category == Category::muon) return 0;
    const bool electromagnetic = p.category == Category::photon || p.category == Category::electron;
    const double in_ecal = electromagnetic ? 1.0 : p.strange_neutral ? 0.3 : 0.0;
    return calorimeter == Calorimeter::ecal ? in_ecal : 1.0 - in_ecal;
}

std::optional<Cell> cell_at(Calorimeter calorimeter, Direction direction) {
    const bool ecal = calorimeter == Calorimeter::ecal;
    const double eta = std::abs(direction.eta);
    const double fine_edge = ecal ? ecal_edges[0] : hcal_edges[0];
    double low = 0, high = 0, degrees = 0;
    std::uint32_t ring = 0;
    if (eta < fine_edge) {
        const double step = ecal ? 0.0174 : 0.087;
        ring = static_cast<std::uint32_t>(eta / step);
        low = step * ring;
        high = std::min(low + step, fine_edge);
        degrees = ecal ? 1 : 5;
    } else {
        const double* begin = ecal ? std::begin(ecal_edges) : std::begin(hcal_edges);
        const double* end = ecal ? std::end(ecal_edges) : std::end(hcal_edges);
        const double* upper = std::upper_bound(begin, end, eta);
        if (upper == end) return std::nullopt;
        ring = 500 + static_cast<std::uint32_t>(upper - begin);
        low = *(upper - 1);
        high = *upper;
        degrees = !ecal && low >= 4.35 ? 20 : 10;
    }
    const double width = degrees * std::numbers::pi / 180;
    const double sector = std::floor(wrap(direction.phi) / width);
    const std::uint32_t side = direction.eta < 0 ? 1 : 0;
    const auto number = (ring * 2 + side) * 360 + static_cast<std::uint32_t>(sector + 180);
    if (side == 1) return Cell{number, -high, -low, sector * width, (sector + 1) * width};
    return Cell{number, low, high, sector * width, (sector + 1) * width};
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

}  // namespace quench::trainer::event

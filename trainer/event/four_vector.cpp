#include "trainer/event/four_vector.hpp"

#include <numbers>

namespace quench::trainer::event {

FourVector from_pt_eta_phi(double pt, double eta, double phi, double mass) {
    const double pz = pt * std::sinh(eta);
    return {pt * std::cos(phi), pt * std::sin(phi), pz, std::sqrt(pt * pt + pz * pz + mass * mass)};
}

FourVector boosted(const FourVector& v, const FourVector& frame) {
    const double mass = frame.mass();
    const double along = v.px * frame.px + v.py * frame.py + v.pz * frame.pz;
    const double e = (v.e * frame.e + along) / mass;
    const double factor = (v.e + e) / (frame.e + mass);
    return {v.px + factor * frame.px, v.py + factor * frame.py, v.pz + factor * frame.pz, e};
}

std::array<FourVector, 2> decay(const FourVector& parent, double first_mass, double second_mass,
                                base::Rng& rng) {
    const double m = parent.mass();
    const double sum = first_mass + second_mass, difference = first_mass - second_mass;
    const double p2 = (m * m - sum * sum) * (m * m - difference * difference) / (4 * m * m);
    const double p = std::sqrt(std::max(p2, 0.0));
    const double cosine = 2 * rng.uniform() - 1, sine = std::sqrt(1 - cosine * cosine);
    const double phi = 2 * std::numbers::pi * rng.uniform();
    const FourVector first{p * sine * std::cos(phi), p * sine * std::sin(phi), p * cosine,
                           std::hypot(p, first_mass)};
    const FourVector second{-first.px, -first.py, -first.pz, std::hypot(p, second_mass)};
    return {boosted(first, parent), boosted(second, parent)};
}

}  // namespace quench::trainer::event

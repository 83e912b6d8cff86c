// Energy and momentum together, and decays in two.
#pragma once

#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace quench::trainer::event {

/// GeV.
struct FourVector {
    double px = 0, py = 0, pz = 0, e = 0;

    [[nodiscard]] double pt() const { return std::hypot(px, py); }
    [[nodiscard]] double momentum() const { return std::sqrt(px * px + py * py + pz * pz); }
    [[nodiscard]] double mass() const {
        return std::sqrt(std::max(e * e - px * px - py * py - pz * pz, 0.0));
    }
    [[nodiscard]] double eta() const { return std::asinh(pz / std::max(pt(), 1e-9)); }
    [[nodiscard]] double phi() const { return std::atan2(py, px); }

    friend FourVector operator+(const FourVector& a, const FourVector& b) {
        return {a.px + b.px, a.py + b.py, a.pz + b.pz, a.e + b.e};
    }
};

/// From transverse momentum, pseudorapidity, azimuth and mass.
FourVector from_pt_eta_phi(double pt, double eta, double phi, double mass);

/// `v`, given in the rest frame of `frame`, as the laboratory sees it. `frame` has a mass above 0.
FourVector boosted(const FourVector& v, const FourVector& frame);

/// The products of an isotropic decay, of these masses (together at most that of the parent, else they are at
/// rest in it).
std::array<FourVector, 2> decay(const FourVector& parent, double first_mass, double second_mass,
                                base::Rng& rng);

}  // namespace quench::trainer::event

// Jets of particles.
#pragma once

#include "trainer/event/event.hpp"

#include <span>
#include <vector>

namespace quench::trainer::event {

inline constexpr double jet_radius = 0.4;
inline constexpr double least_jet_pt = 5.0;  // GeV

/// anti_kt: Cacciari, Salam, Soyez 2008, distances in rapidity and azimuth; for hadron collisions.
/// ee_genkt: the generalised kt algorithm of e+e- collisions with p = -1 (FastJet manual, arXiv 1111.6097,
/// section 4.5), distances in angles, weights in energies.
enum class JetAlgorithm { anti_kt, ee_genkt };

struct JetDefinition {
    JetAlgorithm algorithm = JetAlgorithm::anti_kt;
    double radius = jet_radius;      ///< [rad] for ee_genkt
    double least_pt = least_jet_pt;  ///< [GeV]; jets below are left out

    friend bool operator==(const JetDefinition&, const JetDefinition&) = default;
};

/// Inclusive jets (by FastJet), highest pt first. `rows`: a multiple of 7 values, in the columns of
/// Event::targets; rows of class 0 and of pt 0 are left out. Finite values only; a row whose momentum
/// overflows is left out too. Safe to call from several threads, one at a time will run.
std::vector<Jet> find_jets(std::span<const float> rows, const JetDefinition& definition = {});

}  // namespace quench::trainer::event

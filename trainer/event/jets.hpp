// Jets of particles.
#pragma once

#include "trainer/event/event.hpp"

#include <span>
#include <vector>

namespace quench::trainer::event {

inline constexpr double jet_radius = 0.4;
inline constexpr double least_jet_pt = 5.0;  // GeV

/// Anti-kt jets (Cacciari, Salam, Soyez 2008; by FastJet) of radius 0.4 and more than 5 GeV, highest pt
/// first. `rows`: a multiple of 7 values, in the columns of Event::targets; rows of class 0 are left out.
/// Finite values only.
std::vector<Jet> find_jets(std::span<const float> rows);

}  // namespace quench::trainer::event

// Rule-based particle flow, as the SimpleCalorimeter module of Delphes does it in each tower: what a model
// has to beat.
#pragma once

#include "trainer/event/card.hpp"

#include <span>

namespace quench::trainer::event {

/// A track as a calorimeter expects it.
struct ExpectedDeposit {
    double energy = 0;      ///< of the track, times the share that the calorimeter sees [GeV]
    double resolution = 0;  ///< relative
};

/// What a tower and its tracks turn out to be.
struct Flow {
    double neutral = 0;      ///< energy of a neutral particle at the tower; 0 for none [GeV]
    double track_scale = 1;  ///< by which the momenta of its tracks are multiplied
};

/// With T the energy of the tracks, sigma_T its deviation, and X = max(`measured` - T, 0): if X is above the
/// calorimeter's least energy and more than two deviations of both together, X is a neutral particle and the
/// tracks stay. Otherwise the tower is of the tracks alone, and their energy becomes the mean of both
/// measurements, weighted by the inverse squares of the deviations. `measured` is the tower's energy, 0 if it
/// stayed below threshold; `sigma` > 0 its deviation [GeV].
Flow energy_flow(Calorimeter calorimeter, double measured, double sigma,
                 std::span<const ExpectedDeposit> tracks);

}  // namespace quench::trainer::event

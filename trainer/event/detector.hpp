// The detector: a solenoid, a tracker, an electromagnetic and a hadronic calorimeter, with the efficiencies,
// resolutions and granularity of the Delphes CMS card.
#pragma once

#include "base/random.hpp"
#include "trainer/event/event.hpp"
#include "trainer/event/particle.hpp"

#include <optional>
#include <vector>

namespace quench::trainer::event {

/// A direction from the detector's centre.
struct Direction {
    double eta = 0;
    double phi = 0;
};

/// Where a particle enters the calorimeters (cylinder of radius 1.29 m and half-length 3 m, field 3.8 T), or
/// nothing if it never does.
std::optional<Direction> propagate(const Particle& particle);

/// The chance that a charged particle becomes a track.
double track_efficiency(const Particle& particle);

enum class Calorimeter { ecal, hcal };

/// The cell at a direction: edges in eta and phi. Nothing beyond |eta| 5.
struct Cell {
    double eta_low = 0, eta_high = 0, phi_low = 0, phi_high = 0;

    friend auto operator<=>(const Cell&, const Cell&) = default;
};
std::optional<Cell> cell_at(Calorimeter calorimeter, Direction direction);

/// The standard deviation of a tower's energy [GeV].
double energy_resolution(Calorimeter calorimeter, double eta, double energy);

/// What the detector sees. Tracks come first, then ECAL and HCAL towers. Truth: a track's target is its
/// particle. A tower's target is the sum of its particles that have no track, with the category of the most
/// energetic one; charged hadrons beyond |eta| 2.5 count as neutral, neutral hadrons below 9 GeV as nothing.
Event detect(const std::vector<Particle>& particles, base::Rng& rng);

}  // namespace quench::trainer::event

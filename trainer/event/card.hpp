// The numbers of the detector: efficiencies, resolutions and cells of the Delphes CMS card with pile-up
// (delphes_card_CMS_PileUp.tcl of jpata/particleflow v1.1).
#pragma once

#include "trainer/event/propagation.hpp"

#include <cstdint>
#include <optional>

namespace quench::trainer::event {

/// The chance that a charged particle becomes a track. `eta` is that of its entry into the calorimeter, as
/// the Efficiency module of Delphes evaluates it: loopers that end beyond |eta| 2.5 have no track.
double track_efficiency(const Particle& particle, double eta);

/// Relative standard deviation of a track's pt [1]; `eta` as above.
double track_resolution(const Particle& particle, double eta);

/// Standard deviation of a track's eta and phi.
inline constexpr double angle_resolution = 0.01;

enum class Calorimeter { ecal, hcal };

/// The share of a particle's energy that a calorimeter sees.
double energy_fraction(Calorimeter calorimeter, const Particle& particle);

/// A cell: its number (unique within a calorimeter), edges in eta and phi.
struct Cell {
    std::uint32_t number = 0;
    double eta_low = 0, eta_high = 0, phi_low = 0, phi_high = 0;

    [[nodiscard]] double eta() const { return 0.5 * (eta_low + eta_high); }
    friend auto operator<=>(const Cell&, const Cell&) = default;
};

/// The cell at a direction. Nothing beyond |eta| 5.
std::optional<Cell> cell_at(Calorimeter calorimeter, Direction direction);

/// The standard deviation of a tower's energy [GeV].
double energy_resolution(Calorimeter calorimeter, double eta, double energy);

/// A tower needs more than this energy [GeV], and more than this many standard deviations.
constexpr double least_energy(Calorimeter calorimeter) {
    return calorimeter == Calorimeter::ecal ? 0.5 : 1.0;
}
inline constexpr double least_significance = 2.0;

/// Charged hadrons without a track count as neutral beyond this |eta|.
inline constexpr double tracker_eta = 2.5;

}  // namespace quench::trainer::event

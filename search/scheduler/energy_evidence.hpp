// What an annealed fit says of itself, beside the forecast that came from it.
#pragma once

#include "predictor/curve_predictor.hpp"
#include "search/event.hpp"

namespace quench::search::scheduler {

inline void add_energies(Evidence& evidence, const std::optional<predictor::EnergyReport>& energies) {
    if (!energies) return;
    evidence.energy_gap = energies->gap();
    evidence.random_energy_gap = energies->random_gap();
}

}  // namespace quench::search::scheduler

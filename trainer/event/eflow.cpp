#include "trainer/event/eflow.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::event {

Flow energy_flow(Calorimeter calorimeter, double measured, double sigma,
                 std::span<const ExpectedDeposit> tracks) {
    double expected = 0, expected_variance = 0;
    for (const ExpectedDeposit& track : tracks) {
        expected += track.energy;
        expected_variance += track.resolution * track.energy * track.resolution * track.energy;
    }
    const double excess = std::max(measured - expected, 0.0);
    const double deviation = std::sqrt(expected_variance + sigma * sigma);
    if (excess > least_energy(calorimeter) && excess > least_significance * deviation)
        return {.neutral = excess, .track_scale = 1};
    if (!(expected > 0) || !(expected_variance > 0)) return {};
    const double track_weight = 1 / expected_variance;
    const double tower_weight = sigma > 0 ? 1 / (sigma * sigma) : 0;
    const double best = (track_weight * expected + tower_weight * measured) / (track_weight + tower_weight);
    return {.neutral = 0, .track_scale = best / expected};
}

}  // namespace quench::trainer::event

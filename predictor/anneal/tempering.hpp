// Parallel tempering (Swendsen, Wang 1986; Geyer 1991), the ladder of temperatures in SIMD lanes.
#pragma once

#include "predictor/anneal/annealer.hpp"

namespace quench::predictor::anneal {

/// 32 replicas at 32 inverse temperatures, geometric over beta_range (probed without one), make a group;
/// after every sweep neighbours in the ladder exchange their temperatures by the Metropolis rule. A group
/// yields up to 32 reads: the lowest state that it ever held, and states of its coldest rung at even
/// intervals over the second half of its sweeps (of the next colder ones, where there are fewer sweeps than
/// reads). The lowest reads end in descent, as with simulated annealing.
///
/// Worth its time where annealing gets stuck: unlike a schedule, it can go on for as long as one likes.
/// Moves, threads, instruction sets and determinism as SimulatedAnnealer; beta_schedule is not used.
class TemperingAnnealer final : public Annealer {
  public:
    [[nodiscard]] std::string_view name() const override { return "tempering"; }
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;
};

}  // namespace quench::predictor::anneal

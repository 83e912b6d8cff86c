// At which temperatures to anneal.
#pragma once

#include "base/random.hpp"
#include "predictor/anneal/annealer.hpp"
#include "predictor/anneal/replica_group.hpp"

#include <utility>
#include <vector>

namespace quench::predictor::anneal {

/// The order of points in sweep number `sweep`: a permutation, the identity if `shuffled` is false.
class SweepOrder {
  public:
    SweepOrder(std::size_t points, std::uint64_t seed, bool shuffled);
    /// The next sweep's order; valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> next();

  private:
    std::vector<std::uint32_t> order_;
    base::Rng rng_;
    bool shuffled_;
};

/// (hot, cold) by acceptance: one group is cooled from where everything is accepted, one sweep a step.
[[nodiscard]] std::pair<double, double> probe_beta_range(ReplicaGroup& group, const ScaledProblem& problem,
                                                         Moves moves, Rule rule, std::uint64_t seed);

/// Inverse temperatures of all sweeps: num_sweeps values.
[[nodiscard]] std::vector<double> beta_schedule(const Parameters& parameters,
                                                std::pair<double, double> range);

}  // namespace quench::predictor::anneal

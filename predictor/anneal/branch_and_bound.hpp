// The proved minimum of problems far beyond brute force.
#pragma once

#include "predictor/anneal/annealer.hpp"

namespace quench::predictor::anneal {

/// Depth-first branch and bound over the values of beta, not over bits; the bound is that of the continuous
/// relaxation (lattice.hpp). For support vector regression, whose kernel is positive definite and whose
/// relaxation is tight, 120 bits take milliseconds to seconds; a dense problem without structure soon takes
/// forever (some 40 bits).
///
/// Returns one sample; `proved_optimal` says whether the search came to its end within `most_nodes`. Initial
/// states are where it starts from. Energies within 1e-9 of the minimum (relative) count as the minimum.
class BranchAndBoundAnnealer final : public Annealer {
  public:
    explicit BranchAndBoundAnnealer(std::uint64_t most_nodes = 20'000'000) : most_nodes_(most_nodes) {}

    [[nodiscard]] std::string_view name() const override { return "branch-and-bound"; }
    /// An Error also where a point has more than Lattice::most_bits bits.
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;

  private:
    std::uint64_t most_nodes_;
};

}  // namespace quench::predictor::anneal

// All assignments: the oracle for small problems.
#pragma once

#include "predictor/anneal/annealer.hpp"

namespace quench::predictor::anneal {

/// Tries all 2^n assignments in the order of a Gray code, one flip each, O(n) a flip; returns the lowest,
/// proved, once. n <= 24: about a second.
class BruteForceAnnealer final : public Annealer {
  public:
    static constexpr std::size_t most_variables = 24;

    [[nodiscard]] std::string_view name() const override { return "brute-force"; }
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;
};

}  // namespace quench::predictor::anneal

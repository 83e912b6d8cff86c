// Uniformly random bits: the baseline that an annealer has to beat.
#pragma once

#include "predictor/anneal/annealer.hpp"

namespace quench::predictor::anneal {

/// num_reads independent assignments, each bit 0 or 1 with equal probability. Source of the comparison: the
/// published samples of a quantum annealer at Q-SVR problems were no lower than the best of as many of these.
class RandomAnnealer final : public Annealer {
  public:
    [[nodiscard]] std::string_view name() const override { return "random"; }
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;
};

/// One such assignment, that of read number `read`.
[[nodiscard]] Bits random_state(std::size_t size, std::uint64_t seed, std::size_t read);

}  // namespace quench::predictor::anneal

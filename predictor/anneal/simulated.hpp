// Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983), replicas in SIMD lanes.
#pragma once

#include "predictor/anneal/annealer.hpp"

namespace quench::predictor::anneal {

/// Every read is an exact sequential Metropolis (or heat-bath) chain of num_sweeps sweeps at rising beta,
/// then sweeps that only descend; the lowest reads end in descent (descent.hpp). 32 reads make a group, and
/// run in the lanes of SIMD registers; groups are spread over threads. The samples depend on the seed alone:
/// not on the number of threads, nor on the instruction set.
///
/// A sweep tries to flip every bit, and, with pair_flips, two bits of equal weight of every point and a
/// random partner. The kernel of support vector regression makes sum(beta) stiff, so that single flips alone
/// stay 10 to 30 % above the minimum whatever the time.
///
/// Without a beta_range it is probed: a short cooling of one group, from a temperature at which all moves are
/// accepted; hot is where `hot_acceptance` of the moves are accepted, cold where `cold_acceptance` are. The
/// usual rule (neal: the smallest |coupling| sets the cold end) fails for real-valued couplings, whose
/// smallest may be anything.
class SimulatedAnnealer final : public Annealer {
  public:
    static constexpr double hot_acceptance = 0.40;
    static constexpr double cold_acceptance = 0.015;

    [[nodiscard]] std::string_view name() const override { return "simulated"; }
    /// An Error also where a point has more than 32 bits, or an instruction set is asked for that is not
    /// there.
    [[nodiscard]] base::Result<SampleSet> sample(const Problem& problem,
                                                 const Parameters& parameters) const override;
};

}  // namespace quench::predictor::anneal

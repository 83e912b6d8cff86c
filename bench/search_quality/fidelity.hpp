// Studies on problems with learning curves: a sampler and a scheduler share a budget of steps.
#pragma once

#include "bench/search_quality/problem.hpp"
#include "orchestrator/simulate/virtual_study.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace quench::bench {

struct Method {
    std::string sampler = "random";
    std::string scheduler = "none";  ///< of the catalogue, or "one-epoch"
    int eta = 2;

    /// "tpe", "hyperband+tpe", "hyperband-eta3+tpe"; "one-epoch" where its sampler is random.
    [[nodiscard]] std::string name() const;
};

/// [full_fidelity] what a trial shows after each step.
std::vector<double> curve(const Problem& problem, const search::space::Configuration& configuration);

/// Every sampler with every scheduler, after the baselines random search and one-epoch.
std::vector<Method> with_baselines(const std::vector<std::string>& samplers,
                                   const std::vector<std::string>& schedulers, int eta = 2);

/// A study that ends when it has spent `evaluations` times `full_fidelity` steps, with rungs from step 1
/// on. "successive-halving" starts as many trials as that is enough for. So does "one-epoch", where the
/// best of every 64 trials go from step 1 to the end at once: about half of the budget is for first steps
/// (after Egele et al., "Is one epoch all you need for multi-fidelity hyperparameter optimization?", 2023).
/// Throws runtime_error for unknown names and schedulers that propose: their curves would not be the
/// problem's.
orchestrator::core::Study study_of(const Problem& problem, const Method& method, std::size_t evaluations,
                                   std::uint64_t seed);

/// On a virtual clock. `trained_out` is the regret at full fidelity of the trial that the study would name:
/// the best of those trained to the end, or else of those that came furthest. The logarithms of the trials'
/// speeds have a standard deviation of 0.5, so that workers do not run in step.
orchestrator::simulate::Run run_study(const Problem& problem, const Method& method, std::size_t evaluations,
                                      std::size_t workers, std::uint64_t seed);

}  // namespace quench::bench

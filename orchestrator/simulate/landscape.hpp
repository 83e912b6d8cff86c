// What trials would show if they were trained: the stand-in for programs and machines.
#pragma once

#include "search/space/configuration.hpp"
#include "search/trial_id.hpp"

#include <cstdint>
#include <vector>

namespace quench::orchestrator::simulate {

/// One configuration trained from step 1 to the study's maximum.
struct Curve {
    std::vector<double> values;  ///< [max] the objective after each step, in the user's direction; may be NaN
    std::vector<double> seconds;  ///< [max] of each step by itself; empty where that is not known
    double distance = 0;          ///< between the configuration and the one that answers; 0: itself
};

/// Answers for every configuration of a study's space. Const and without state, so that threads share one.
class Landscape {
  public:
    virtual ~Landscape() = default;

    /// The same for the same arguments. Noise is keyed by seed and trial.
    [[nodiscard]] virtual Curve curve(const search::space::Configuration& configuration, std::uint64_t seed,
                                      search::TrialId trial) const = 0;
};

}  // namespace quench::orchestrator::simulate

// What a study can learn from another one.
#pragma once

#include "orchestrator/core/state.hpp"

#include <map>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

struct Learnable {
    std::vector<TrialLearned> trials;  ///< the best of the first objective first, those that broke last
    std::map<std::string, std::size_t> skipped;  ///< how many others, by reason
};

/// The ended trials of `other` whose configurations are of the study's space, by all objectives of the study,
/// up to its `fidelity.max`. Their values are taken as they are: whether the other study trained on the same
/// data is for the user to know. The error says which objective the other study does not know.
base::Result<Learnable> learnable_from(const State& other, const Study& study);

/// "warm start: 37 of 40 trials of 'before' are used (2: not in this space; 1: not ended)".
std::string to_text(const Learnable& learnable, const std::string& study);

}  // namespace quench::orchestrator::core

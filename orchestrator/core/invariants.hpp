// What must be true of every state, whatever happened before.
#pragma once

#include "orchestrator/core/state.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::core {

/// A sentence for each broken invariant; empty is good. Linear in the number of trials.
std::vector<std::string> broken_invariants(const State& state);

/// What no fact may do between two states of one study: un-end a trial, lower a step, change a configuration.
struct Progress {
    std::size_t trials = 0;
    std::vector<Resource> reached;
    std::vector<std::uint64_t> attempts;
    std::vector<bool> ended;
};
Progress progress_of(const State& state);
std::vector<std::string> broken_transitions(const Progress& before, const State& after);

}  // namespace quench::orchestrator::core

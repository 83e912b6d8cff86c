// The only mutator of a study's state. Recovery, replay, verification, simulation and the running coordinator
// all come through here.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/state.hpp"

namespace quench::orchestrator::core {

/// Changes the state by one fact and tells sampler and scheduler. The error (for a journal that was damaged
/// or edited) names the fact and what contradicts it; the state is then unchanged.
base::Result<> apply(State& state, const StampedFact& fact);

/// A state from a journal. The error names the number of the first fact that does not follow.
base::Result<State> replay(const std::vector<StampedFact>& facts);

}  // namespace quench::orchestrator::core

// Shows that a journal's decisions follow from the facts before them.
#pragma once

#include "orchestrator/core/fact.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::core {

/// Replays the facts and, before each decision, asks decide for it: the configuration that the sampler
/// proposes, the verdict that the scheduler gives, the trial that is next in the queue, the end that is due.
/// Also that no decision was passed over before work was dispatched. A sentence with the fact's number for
/// each difference; empty when every decision follows.
std::vector<std::string> verify(const std::vector<StampedFact>& facts);

}  // namespace quench::orchestrator::core

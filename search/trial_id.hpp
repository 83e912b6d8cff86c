// The number of a trial in its study: 0, 1, 2, ... in the order of proposal.
#pragma once

#include "base/id.hpp"

#include <cstdint>

namespace quench::search {

using TrialId = base::Id<struct TrialTag>;

/// What fidelity counts, epochs as a rule. A trial trained `to` 9 has spent 9.
using Resource = std::int64_t;

}  // namespace quench::search

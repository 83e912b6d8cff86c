// Amounts of resource as reasons write them.
#pragma once

#include "search/trial_id.hpp"

#include <string>

namespace quench::search::scheduler {

/// "1 epoch", "27 epochs".
std::string amount_text(Resource amount, const std::string& unit);

}  // namespace quench::search::scheduler

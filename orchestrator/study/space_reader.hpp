// Reads `space:` and `constraints:` of a study file.
#pragma once

#include "orchestrator/study/section.hpp"
#include "search/space/space.hpp"

#include <optional>

namespace quench::orchestrator::study {

/// A space, or nothing and reports. An empty space is an error: there is nothing to search. `constraints` may
/// be null.
std::optional<search::space::Space> read_space(Report& report, const Field& field, const Field* constraints);

}  // namespace quench::orchestrator::study

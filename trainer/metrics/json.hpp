// Metrics for programs and for people.
#pragma once

#include "trainer/metrics/metrics.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace quench::trainer::metrics {

/// All of it, except for the bins of classes other than hadrons. Null where there is no answer. Units are
/// GeV; ratios, efficiencies and relative differences have none.
nlohmann::ordered_json to_json(const Metrics& metrics);

}  // namespace quench::trainer::metrics

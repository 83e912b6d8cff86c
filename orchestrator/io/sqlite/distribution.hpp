// A parameter's domain as Optuna writes it (optuna.distributions.distribution_to_json, 3.x and 4.x).
#pragma once

#include "search/space/parameter.hpp"

#include <optional>
#include <string>

namespace quench::orchestrator::io::sqlite {

/// {"name": "FloatDistribution", "attributes": {...}}; texts in ASCII.
std::string distribution_json(const search::space::Domain& domain);

/// The value as Optuna stores it: floats and integers as they are, a choice as its index. None when the
/// distribution (as written above) does not have the choice, or the value is no number.
std::optional<double> internal_value(const search::space::Value& value, const std::string& distribution);

}  // namespace quench::orchestrator::io::sqlite

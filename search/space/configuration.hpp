// The value of one parameter, and one point of a space.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include <nlohmann/json_fwd.hpp>

namespace quench::search::space {

/// Floats, integers, and categorical choices, which can be strings, numbers or booleans.
using Value = std::variant<double, std::int64_t, bool, std::string>;

/// Parameter name -> value, of the active parameters only: one whose `when` does not hold has no entry.
using Configuration = std::map<std::string, Value>;

/// As a user writes it: 0.001, 16, true, gnn.
std::string to_text(const Value& value);

/// Floats keep their type through JSON (1.0 stays a float) and their exact value.
nlohmann::json to_json(const Value& value);
nlohmann::json to_json(const Configuration& configuration);

/// Refuses anything but an object of numbers, booleans and strings.
base::Result<Configuration> configuration_from_json(const nlohmann::json& json);

}  // namespace quench::search::space

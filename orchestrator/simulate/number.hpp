// Numbers as tables write them.
#pragma once

#include <optional>
#include <string_view>

namespace quench::orchestrator::simulate {

/// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// A whole text as a number: "64", "+1e-3", "nan", "-inf". Nothing for anything else, and for what a double
/// cannot hold.
std::optional<double> number(std::string_view text);

}  // namespace quench::orchestrator::simulate

// Brings in a file that the command line names.
#pragma once

#include "orchestrator/simulate/table.hpp"

#include <cstddef>
#include <string>

namespace quench::orchestrator::cli {

/// Throws Refusal (usage) for what is no readable file. `kind` is how messages call it: "study file". Reads
/// no more than one byte over `limit`, so that a wrong path to something large is refused, not loaded.
std::string text_of_file(const std::string& path, const std::string& kind, std::size_t limit);

/// Learning curves. Throws Refusal (usage) for what is no such table.
simulate::Table table_of_file(const std::string& path);

}  // namespace quench::orchestrator::cli

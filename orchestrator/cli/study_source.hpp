// Brings the text of a study file in.
#pragma once

#include <string>

namespace quench::orchestrator::cli {

/// Throws Refusal (usage) for what is no readable file. Reads no more than a little over the reader's limit,
/// so that a wrong path to something large is refused, not loaded.
std::string text_of_file(const std::string& path);

}  // namespace quench::orchestrator::cli

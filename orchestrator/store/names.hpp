// The words that journal, projections and export use for enumerations. Stored: never change one.
#pragma once

#include "orchestrator/core/fact.hpp"

#include <string_view>

namespace quench::orchestrator::store {

std::string_view to_text(search::Verdict verdict);
std::string_view to_text(search::Ending ending);
std::string_view to_text(core::StudyEnding ending);
std::string_view to_text(core::Direction direction);
std::string_view to_text(core::Outcome outcome);  ///< as on the wire

/// Each sets `value` and says true when the word is one of its enumeration.
bool from_text(std::string_view text, search::Verdict& value);
bool from_text(std::string_view text, search::Ending& value);
bool from_text(std::string_view text, core::StudyEnding& value);
bool from_text(std::string_view text, core::Outcome& value);

}  // namespace quench::orchestrator::store

// The word that a user probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quench::orchestrator::study {

/// Number of letters to insert, delete, replace or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest word, if it is near enough to be a slip: a third of the letters may differ, at least two.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> words);

/// "did you mean 'x'?", or else "use one of a, b, c".
std::string suggestion(std::string_view word, std::span<const std::string> words);

/// "a, b, c"; of a long list the first dozen.
std::string listed(std::span<const std::string> words);

}  // namespace quench::orchestrator::study

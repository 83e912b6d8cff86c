// How far apart two names are, for the one that was meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace quench::search {

/// Levenshtein's: insertions, deletions and replacements that turn one name into the other. Costs the product
/// of their lengths.
std::size_t name_distance(std::string_view a, std::string_view b);

}  // namespace quench::search

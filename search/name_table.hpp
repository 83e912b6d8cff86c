// What the tables of samplers and schedulers have in common: entries with a `name`.
#pragma once

#include "base/result.hpp"
#include "search/name_distance.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace quench::search {

template <class Table>
std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& entry : table) names.emplace_back(entry.name);
    return names;
}

/// Null for a name that the table has not.
template <class Table>
const typename Table::value_type* find(const Table& table, const std::string& name) {
    const auto at =
        std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
    return at == table.end() ? nullptr : &*at;
}

/// Says which names there are, and the nearest.
template <class Table>
base::Error unknown(const Table& table, const std::string& kind, const std::string& name) {
    // The distance costs name times name; a name from a file is cut so that a long one costs nothing.
    const std::string_view start = std::string_view(name).substr(0, 64);
    const auto nearest = std::min_element(table.begin(), table.end(), [&](const auto& a, const auto& b) {
        return name_distance(start, a.name) < name_distance(start, b.name);
    });
    return base::Error(fmt::format("unknown {} {} (there are {}) did you mean {}?", kind,
                                   name.empty() ? "without name" : name, fmt::join(names_of(table), ", "),
                                   nearest->name));
}

}  // namespace quench::search

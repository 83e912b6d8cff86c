// Text for people: widths, numbers, times.
#pragma once

#include "base/time.hpp"
#include "search/space/configuration.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace quench::orchestrator::cli {

/// Columns that a terminal uses for UTF-8 text: 2 for East Asian wide characters and emoji, 0 for combining
/// marks. Near enough for names; no Unicode tables.
std::size_t display_width(std::string_view text);

/// The longest beginning that fits, with "…" if something was cut.
std::string fitted(std::string_view text, std::size_t width);

/// On one line and without control characters: what came from files and programs cannot drive the terminal.
std::string printable(std::string_view text);

/// Six significant digits: "0.123457", "1e-05", "nan".
std::string short_number(double value);
std::string short_number(const std::optional<double>& value);  ///< "-" if there is none

/// "lr=0.001 model=gnn"
std::string short_params(const search::space::Configuration& params);

/// "2026-11-20 22:42:05", UTC.
std::string to_seconds_text(base::TimePoint t);

}  // namespace quench::orchestrator::cli

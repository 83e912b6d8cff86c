// Time as values. Pure code is handed a TimePoint; only io/ reads a clock.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace quench::base {

using Duration = std::chrono::microseconds;

/// Microseconds since 1970-01-01 UTC. Written to the journal, so it is wall time; a step backwards of the
/// clock can delay a lease or a timeout but never breaks an invariant.
struct TimePoint {
    std::int64_t us = 0;

    friend constexpr auto operator<=>(const TimePoint&, const TimePoint&) = default;
    friend constexpr TimePoint operator+(TimePoint t, Duration d) { return {t.us + d.count()}; }
    friend constexpr Duration operator-(TimePoint a, TimePoint b) { return Duration(a.us - b.us); }
};

/// "2026-11-20 22:42:05.979322", the form SQLite's date functions and Optuna read.
std::string to_utc_text(TimePoint t);

/// "850 ms", "12 s", "3 min 20 s", "2 h 05 min", "4 d 03 h".
std::string to_text(Duration d);

/// Reads "30s", "250ms", "5m", "2h", "1d", "1h30m" or a bare number of seconds. Must be finite and not
/// negative.
Result<Duration> duration_from_text(const std::string& text);

inline double seconds(Duration d) {
    return static_cast<double>(d.count()) * 1e-6;
}

}  // namespace quench::base

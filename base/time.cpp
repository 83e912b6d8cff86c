#include "base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace quench::base {

std::string to_utc_text(TimePoint t) {
    using namespace std::chrono;
    const sys_time<microseconds> time{microseconds(t.us)};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d.%06d",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string to_text(Duration d) {
    const std::int64_t ms = d.count() / 1000;
    const std::int64_t s = ms / 1000;
    std::array<char, 64> text{};
    const auto print = [&](const char* format, std::int64_t a, std::int64_t b) {
        std::snprintf(text.data(), text.size(), format, static_cast<long long>(a), static_cast<long long>(b));
        return std::string(text.data());
    };
    if (ms < 1000) return std::to_string(ms) + " ms";
    if (s < 60) return std::to_string(s) + " s";
    if (s < 3600) return print("%lld min %02lld s", s / 60, s % 60);
    if (s < 86400) return print("%lld h %02lld min", s / 3600, s % 3600 / 60);
    return print("%lld d %02lld h", s / 86400, s % 86400 / 3600);
}

Result<Duration> duration_from_text(const std::string& text) {
    const Error bad(
        "'" + text +
        "' is not a duration (a number with ms, s, m, h or d is needed) such as 90s, 1h30m or 2d");
    double total_s = 0;
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    if (at == end) return bad;
    while (at != end) {
        double number = 0;
        const auto [after, failure] = std::from_chars(at, end, number, std::chars_format::fixed);
        if (failure != std::errc{} || !(number >= 0)) return bad;
        const char* unit_end = after;
        while (unit_end != end && *unit_end >= 'a' && *unit_end <= 'z') ++unit_end;
        const std::string unit(after, unit_end);
        const bool bare = unit.empty() && at == text.data() && unit_end == end;
        const double scale_s = unit == "ms"                   ? 1e-3
                               : unit == "s" || bare          ? 1.0
                               : unit == "m" || unit == "min" ? 60.0
                               : unit == "h"                  ? 3600.0
                               : unit == "d"                  ? 86400.0
                                                              : 0.0;
        if (scale_s == 0.0) return bad;
        total_s += number * scale_s;
        at = unit_end;
    }
    constexpr double longest_s = 1e10;  // 300 years: beyond it microseconds in 64 bits come near their end
    if (!(total_s <= longest_s)) return bad;
    return Duration(static_cast<std::int64_t>(total_s * 1e6 + 0.5));
}

}  // namespace quench::base

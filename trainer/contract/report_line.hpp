// Report lines: what a trial program says, one line of standard output at a time.
//
//   quench: {"step": 3, "val_loss": 0.42, "accuracy": 0.91}     metrics at a step
//   quench: {"infeasible": "bin_size 64 exceeds the event"}     this configuration cannot work
//   anything else                                               log
//
// The text comes from a program that may be wrong in any way. Reading it never throws, never aborts, uses no
// recursion and no more memory than the limits below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace quench::trainer::contract {

/// Metrics at a step. A metric is any double: NaN and infinities are read and mean what they say.
struct Report {
    std::int64_t step = 0;
    std::map<std::string, double> metrics;

    friend bool operator==(const Report&, const Report&) = default;
};

/// The program says that this configuration cannot work. A bad value for the sampler, not a crash.
struct Infeasible {
    std::string why;

    friend bool operator==(const Infeasible&, const Infeasible&) = default;
};

/// Log output.
struct NotAReport {
    friend bool operator==(const NotAReport&, const NotAReport&) = default;
};

/// Begins like a report, but is none. `why` holds no bytes of the line, so it can be logged as it is.
struct Malformed {
    std::string why;

    friend bool operator==(const Malformed&, const Malformed&) = default;
};

using ReportLine = std::variant<NotAReport, Report, Infeasible, Malformed>;

/// What one report may cost the coordinator; it stores and shows every metric of every report.
struct ReportLimits {
    std::size_t line_bytes = 16 * 1024;  ///< 64 metrics with long names fit four times over
    std::size_t metrics = 64;            ///< each is a row in the store; a study plots a handful
    std::size_t name_bytes = 128;        ///< names are columns and legends
    std::size_t why_bytes = 1024;        ///< longer texts are cut, not refused: the reason still helps
    int depth = 16;                      ///< nested values are only skipped, but each level costs memory
    std::int64_t step = std::int64_t{1} << 53;  ///< above this a JSON number need not be exact
};

/// Reads one line, without its newline.
///
/// * A line is a report if it begins with "quench:" and a JSON object follows, perhaps after spaces. Text
///   before the last carriage return is dropped, since that is what a progress bar leaves. A trailing
///   carriage return is dropped too.
/// * "step" must be an integer from 0 to `step`; 3.0 and 3e0 are 3.
/// * Python's NaN, Infinity and -Infinity are numbers; null is NaN; numbers beyond a double are infinite.
/// * Strings, booleans, arrays and objects as values are ignored: programs add notes such as
///   "phase": "warm-up". Of a repeated key the last value counts, as in Python.
/// * "infeasible" wins over "step"; its value must be a string.
/// * {"continuable": ...} without a step is NotAReport: the key is kept for programs that take their next
///   target on standard input.
ReportLine parse_report_line(std::string_view line, const ReportLimits& limits = {});

/// The line that parse_report_line reads back to the same report, without a newline.
std::string to_text(const Report& report);
std::string to_text(const Infeasible& infeasible);

}  // namespace quench::trainer::contract

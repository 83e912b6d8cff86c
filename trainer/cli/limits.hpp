// Limits of numbers on command lines that nothing slips through.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::trainer::cli {

/// As CLI::Range, but NaN is outside of every range.
inline CLI::Validator within(double low, double high) {
    return {[low, high](std::string& text) {
                double x = 0;
                const bool ok = CLI::detail::lexical_cast(text, x) && x >= low && x <= high;
                return ok ? std::string() : fmt::format("Value {} not in range {} to {}", text, low, high);
            },
            fmt::format("FLOAT in [{} - {}]", low, high)};
}

/// For any whole number that is not negative: reading as unsigned makes -1 a large one.
inline CLI::Validator not_negative() {
    return {[](std::string& text) {
                return text.starts_with('-') ? fmt::format("Value {} is negative", text) : std::string();
            },
            ""};
}

}  // namespace quench::trainer::cli

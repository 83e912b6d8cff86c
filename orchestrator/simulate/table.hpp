// Learning-curve tables: one row a run that was trained once.
//
// CSV (RFC 4180; the line ends of any system). The header names the columns: `hp.NAME` for hyperparameters,
// `METRIC@STEP` for curves, steps 1, 2, ... without a gap; `seconds@STEP` is how long the step took by
// itself. An empty cell of a curve is a value that is missing and reads as NaN; an empty hyperparameter is
// inactive.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quench::orchestrator::simulate {

struct Series {
    std::string metric;
    std::size_t steps = 0;
    std::vector<double> values;  ///< [rows x steps]
};

struct Table {
    std::vector<std::string> parameters;  ///< names without "hp."
    std::vector<std::string> cells;       ///< [rows x parameters], as they are written
    std::vector<Series> series;           ///< in the order of their first columns
    std::vector<std::size_t> lines;       ///< [rows] where each begins, from 1

    [[nodiscard]] std::size_t rows() const { return lines.size(); }
    [[nodiscard]] const std::string& cell(std::size_t row, std::size_t parameter) const {
        return cells[row * parameters.size() + parameter];
    }
    /// nullptr when there is none.
    [[nodiscard]] const Series* find(std::string_view metric) const;
};

struct TableLimits {
    std::size_t bytes = 512'000'000;  ///< some 300,000 runs of 100 steps
    std::size_t columns = 1'000'000;  ///< a header is kept as text
};

/// An error begins with "line N: ".
base::Result<Table> read_table(std::string_view text, const TableLimits& limits = {});

}  // namespace quench::orchestrator::simulate

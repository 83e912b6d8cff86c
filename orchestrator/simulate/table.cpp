#include "orchestrator/simulate/table.hpp"

#include "orchestrator/simulate/number.hpp"
#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using base::Error;
using base::Result;
using base::success;
using study::quoted;

Error complaint(std::size_t line, const study::Complaint& what) {
    return Error(fmt::format("line {}: {}", line, study::to_text(what)));
}

/// Cuts the text into records of cells, one at a time.
class Records {
  public:
    explicit Records(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    }

    /// False at the end of the text. Blank lines are passed over.
    Result<bool> next(std::vector<std::string>& cells) {
        while (!text_.empty() && (text_[0] == '\n' || text_[0] == '\r')) {
            if (text_[0] == '\n') ++line_;
            text_.remove_prefix(1);
        }
        cells.clear();
        begin_ = line_;
        if (text_.empty()) return false;
        for (;;) {
            std::string& cell = cells.emplace_back();
            if (text_.starts_with('"')) {
                if (auto read = quoted_cell(cell); !read) return read.error();
            } else {
                const std::size_t end = std::min(text_.find_first_of(",\r\n"), text_.size());
                cell = trimmed(text_.substr(0, end));
                text_.remove_prefix(end);
            }
            if (text_.empty() || text_[0] != ',') break;
            text_.remove_prefix(1);
        }
        return true;
    }

    /// Where the last record begins.
    [[nodiscard]] std::size_t line() const { return begin_; }

  private:
    Result<> quoted_cell(std::string& cell) {
        text_.remove_prefix(1);
        for (;;) {
            const std::size_t quote = text_.find('"');
            if (quote == std::string_view::npos)
                return complaint(begin_,
                                 {"a quotation mark is never closed", "the rest of the file is inside it",
                                  "close it, or double a mark that is meant as text"});
            line_ += static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + quote, '\n'));
            cell += text_.substr(0, quote);
            text_.remove_prefix(quote + 1);
            if (!text_.starts_with('"')) break;
            cell += '"';
            text_.remove_prefix(1);
        }
        if (text_.empty() || text_[0] == ',' || text_[0] == '\r' || text_[0] == '\n') return success();
        return complaint(line_, {"text follows a closing quotation mark", "a cell is quoted as a whole",
                                 "double a mark that is meant as text"});
    }

    std::string_view text_;
    std::size_t line_ = 1;
    std::size_t begin_ = 1;
};

/// What a column holds: a hyperparameter, or the step of a series.
struct Column {
    bool is_parameter = false;
    std::size_t index = 0;  ///< into parameters or series
    std::size_t step = 0;   ///< from 0
};

class Reader {
  public:
    Reader(std::string_view text, const TableLimits& limits) : records_(text), limits_(limits) {}

    Result<Table> read() {
        auto any = records_.next(cells_);
        if (!any) return any.error();
        if (!*any)
            return complaint(1, {"the table is empty", "a header names its columns, and each row is one run",
                                 "is it the right file?"});
        if (auto header = read_header(); !header) return header.error();
        for (;;) {
            any = records_.next(cells_);
            if (!any) return any.error();
            if (!*any) break;
            if (auto row = read_row(); !row) return row.error();
        }
        if (table_.rows() == 0)
            return complaint(1, {"the table has no rows", "each row is one run", "is it the right file?"});
        return std::move(table_);
    }

  private:
    Result<> read_header() {
        if (cells_.size() > limits_.columns)
            return complaint(1, {fmt::format("the header has {} columns", cells_.size()),
                                 fmt::format("{} are read", limits_.columns), "is it the right file?"});
        for (const std::string& name : cells_) {
            auto column = name.starts_with("hp.") ? parameter_column(name) : series_column(name);
            if (!column) return column.error();
            columns_.push_back(*column);
        }
        for (const Series& series : table_.series)
            for (std::size_t step = 0; step < series.steps; ++step)
                if (!seen_.contains({series.metric, step}))
                    return complaint(
                        1, {fmt::format("there is no column {}@{}", series.metric, step + 1),
                            fmt::format("{}@{} is there, and steps are counted from 1 without a gap",
                                        series.metric, series.steps),
                            "add it"});
        if (table_.parameters.empty())
            return complaint(1, {"no column is a hyperparameter", "runs are told apart by them",
                                 "name them hp.NAME, as hp.lr"});
        const bool curves = std::any_of(table_.series.begin(), table_.series.end(),
                                        [](const Series& series) { return series.metric != "seconds"; });
        if (!curves)
            return complaint(
                1, {"no column is a metric", "a trial reports one", "name them METRIC@STEP, as loss@1"});
        return success();
    }

    Result<Column> parameter_column(const std::string& name) {
        const std::string bare = name.substr(3);
        if (bare.empty())
            return complaint(1, {"a column is called 'hp.' alone", "it is a parameter's name that follows",
                                 "write hp.lr, say"});
        if (!seen_.emplace(name, 0).second) return twice(name);
        table_.parameters.push_back(bare);
        return Column{true, table_.parameters.size() - 1, 0};
    }

    Result<Column> series_column(const std::string& name) {
        const std::size_t at = name.rfind('@');
        std::size_t step = 0;
        bool sound = at != std::string::npos && at > 0;
        if (sound) {
            const char* end = name.data() + name.size();
            const auto [stop, failure] = std::from_chars(name.data() + at + 1, end, step);
            sound = failure == std::errc() && stop == end && step >= 1 && step <= limits_.columns;
        }
        if (!sound)
            return complaint(1, {"the column " + quoted(name) + " is of no known kind",
                                 "columns are hp.NAME, METRIC@STEP (steps from 1) or seconds@STEP",
                                 "rename or remove it"});
        const std::string metric = name.substr(0, at);
        if (!seen_.emplace(metric, step - 1).second) return twice(name);
        const auto [place, fresh] = series_.try_emplace(metric, table_.series.size());
        if (fresh) table_.series.push_back({metric, 0, {}});
        Series& series = table_.series[place->second];
        series.steps = std::max(series.steps, step);
        return Column{false, place->second, step - 1};
    }

    static Error twice(const std::string& name) {
        return complaint(1, {"the column " + quoted(name) + " is there twice",
                             "which one counts is not known", "remove one"});
    }

    Result<> read_row() {
        const std::size_t line = records_.line();
        if (cells_.size() != columns_.size())
            return complaint(
                line, {fmt::format("this row has {} cells and the header {}", cells_.size(), columns_.size()),
                       "each cell belongs to a column", "was the file cut off?"});
        const std::size_t row = table_.rows();
        for (Series& series : table_.series) series.values.resize((row + 1) * series.steps);
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].is_parameter) {
                table_.cells.push_back(std::move(cells_[i]));
                continue;
            }
            Series& series = table_.series[columns_[i].index];
            const auto value =
                cells_[i].empty() ? std::numeric_limits<double>::quiet_NaN() : number(cells_[i]);
            const auto name = fmt::format("{}@{}", series.metric, columns_[i].step + 1);
            if (!value)
                return complaint(line, {name + " is " + quoted(cells_[i]), "a metric is a number",
                                        "correct it; a missing value is an empty cell"});
            if (series.metric == "seconds" && !(*value >= 0 && *value <= 1e9))
                return complaint(line, {name + " is " + (cells_[i].empty() ? "empty" : quoted(cells_[i])),
                                        "a step takes some time, from 0 to a billion seconds", "correct it"});
            series.values[row * series.steps + columns_[i].step] = *value;
        }
        table_.lines.push_back(line);
        return success();
    }

    Records records_;
    TableLimits limits_;
    Table table_;
    std::vector<std::string> cells_;
    std::vector<Column> columns_;
    std::map<std::string, std::size_t> series_;
    std::set<std::pair<std::string, std::size_t>> seen_;  ///< names of columns, with the step from 0
};

}  // namespace

const Series* Table::find(std::string_view metric) const {
    for (const Series& one : series)
        if (one.metric == metric) return &one;
    return nullptr;
}

base::Result<Table> read_table(std::string_view text, const TableLimits& limits) {
    if (text.size() > limits.bytes)
        return complaint(1, {"the table is too large", fmt::format("{} bytes are read", limits.bytes),
                             "keep fewer rows or columns"});
    return Reader(text, limits).read();
}

}  // namespace quench::orchestrator::simulate

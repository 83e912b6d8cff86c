#include "orchestrator/cli/predict_curves.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/input_file.hpp"
#include "orchestrator/simulate/number.hpp"
#include "orchestrator/simulate/table.hpp"
#include "predictor/evaluation.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using predictor::Curve;
using predictor::Question;

const simulate::Series& choose_series(const simulate::Table& table, const CurvesAsked& asked) {
    std::string names;
    for (const simulate::Series& series : table.series) {
        if (asked.metric.empty() ? series.metric != "seconds" : series.metric == asked.metric) return series;
        names += (names.empty() ? "" : ", ") + series.metric;
    }
    throw Refusal(ExitCode::usage,
                  fmt::format("{}: there is no metric '{}' (the table has {}) choose with --metric",
                              asked.table, asked.metric, names.empty() ? "none" : names));
}

/// A parameter as columns of numbers: itself, or, where any cell is text, 0 or 1 for each choice.
std::vector<std::vector<double>> columns_of(const simulate::Table& table, std::size_t parameter) {
    std::vector<double> numbers;
    std::set<std::string> choices;
    bool text = false;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string& cell = table.cell(row, parameter);
        const auto number = simulate::number(cell);
        text |= !number && !cell.empty();
        numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
        choices.insert(cell);
    }
    if (!text) return {numbers};
    std::vector<std::vector<double>> columns;
    for (const std::string& choice : choices) {
        std::vector<double>& column = columns.emplace_back();
        for (std::size_t row = 0; row < table.rows(); ++row)
            column.push_back(table.cell(row, parameter) == choice ? 1 : 0);
    }
    return columns;
}

}  // namespace

bool LearningCurves::constant() const {
    return std::ranges::all_of(curves, [&](const Curve& curve) {
        return curve.values[target - 1] == curves.front().values[target - 1];
    });
}

LearningCurves read_curves(const CurvesAsked& asked) {
    const simulate::Table table = table_of_file(asked.table);
    const simulate::Series& series = choose_series(table, asked);
    LearningCurves data{.metric = series.metric, .target = asked.target == 0 ? series.steps : asked.target};
    if (data.target > series.steps)
        throw Refusal(ExitCode::usage,
                      fmt::format("the table ends before step {} (it has {}) ask for an earlier one "
                                  "with --target",
                                  data.target, series.steps));
    const Question question{0, data.target};
    std::vector<std::vector<double>> columns;
    for (std::size_t p = 0; p < table.parameters.size(); ++p)
        std::ranges::move(columns_of(table, p), std::back_inserter(columns));
    for (std::size_t row = 0; row < table.rows(); ++row) {
        Curve curve;
        for (const auto& column : columns) curve.parameters.push_back(column[row]);
        const auto begin = series.values.begin() + static_cast<std::ptrdiff_t>(row * series.steps);
        curve.values.assign(begin, begin + static_cast<std::ptrdiff_t>(series.steps));
        if (!predictor::has_answer(curve, {data.target - 1, data.target})) ++data.incomplete;
        if (!predictor::has_answer(curve, question)) continue;
        const double answer = curve.values[data.target - 1];
        if (answer > asked.most.value_or(answer) || answer < asked.least.value_or(answer))
            ++data.beyond;
        else
            data.curves.push_back(std::move(curve));
    }
    const auto numbers = predictor::configurations(data.curves);
    data.configurations = numbers.empty() ? 0 : *std::ranges::max_element(numbers) + 1;
    return data;
}

}  // namespace quench::orchestrator::cli

#include "orchestrator/simulate/table_landscape.hpp"

#include "base/random.hpp"
#include "orchestrator/simulate/number.hpp"
#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using namespace search::space;
using base::Error;
using study::quoted;

double affine(double value, double low, double high) {
    return high > low ? (value - low) / (high - low) : value - low;
}

/// Not cut to [0, 1]: a row outside the study's range is far away, not at its edge.
std::optional<double> place(double value, double low, double high, Scale scale) {
    if (!std::isfinite(value)) return std::nullopt;
    if (scale == Scale::linear) return affine(value, low, high);
    if (value <= 0) return std::nullopt;
    return affine(std::log(value), std::log(low), std::log(high));
}

std::optional<double> as_number(const Value& value) {
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
    return std::nullopt;
}

bool says(const std::string& cell, const Value& choice) {
    if (const auto* flag = std::get_if<bool>(&choice)) {
        std::string lower = cell;
        for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return *flag ? lower == "true" || lower == "1" : lower == "false" || lower == "0";
    }
    if (const auto wanted = as_number(choice)) return number(cell) == wanted;
    return cell == std::get<std::string>(choice);
}

/// Where a number lies on the axis of its domain, which is no category.
std::optional<double> place_of(const Domain& domain, double value) {
    if (const auto* real = std::get_if<FloatDomain>(&domain))
        return place(value, real->low, real->high, real->scale);
    const auto& whole = std::get<IntDomain>(domain);
    return place(value, static_cast<double>(whole.low), static_cast<double>(whole.high), whole.scale);
}

Error complaint(const study::Complaint& what) {
    return Error(study::to_text(what));
}

std::vector<std::string> metrics_of(const Table& table) {
    std::vector<std::string> names;
    for (const Series& series : table.series)
        if (series.metric != "seconds") names.push_back(series.metric);
    return names;
}

}  // namespace

base::Result<std::unique_ptr<TableLandscape>> TableLandscape::make(std::shared_ptr<const Table> table,
                                                                   const core::Study& study) {
    std::unique_ptr<TableLandscape> made(new TableLandscape());
    const std::string& metric = study.objective.metric;
    made->values_ = metric == "seconds" ? nullptr : table->find(metric);
    made->seconds_ = table->find("seconds");
    if (made->values_ == nullptr)
        return complaint({"the table has no metric " + quoted(metric),
                          "the study's objective.metric says that it is " + quoted(metric),
                          study::suggestion(metric, metrics_of(*table))});
    const auto has = [](const Series& series, search::Resource max) {
        return max <= static_cast<search::Resource>(series.steps);
    };
    const search::Resource max = study.fidelity.max;
    for (const Series* series : {made->values_, made->seconds_})
        if (series != nullptr && !has(*series, max))
            return complaint(
                {fmt::format("the table has {} steps of {}", series->steps, quoted(series->metric)),
                 fmt::format("the study's fidelity.max is {}", max), "lower fidelity.max"});
    made->steps_ = static_cast<std::size_t>(max);
    made->space_ = study.space;
    const auto& parameters = study.space.parameters();
    made->places_.resize(table->rows() * parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        const auto column = std::find(table->parameters.begin(), table->parameters.end(), parameters[p].name);
        if (column == table->parameters.end())
            return complaint({"the table has no column hp." + parameters[p].name,
                              "the study's space has this parameter",
                              study::suggestion(parameters[p].name, table->parameters)});
        const auto index = static_cast<std::size_t>(column - table->parameters.begin());
        for (std::size_t row = 0; row < table->rows(); ++row) {
            const std::string& cell = table->cell(row, index);
            if (cell.empty()) continue;
            Place& at = made->places_[row * parameters.size() + p];
            if (const auto* categories = std::get_if<CategoricalDomain>(&parameters[p].domain)) {
                const auto choice = std::find_if(categories->choices.begin(), categories->choices.end(),
                                                 [&](const Value& value) { return says(cell, value); });
                at = choice == categories->choices.end()
                         ? foreign
                         : static_cast<double>(choice - categories->choices.begin());
                continue;
            }
            if (const auto value = number(cell)) at = place_of(parameters[p].domain, *value);
            if (!at)
                return complaint({fmt::format("line {} of the table: hp.{} is {}", table->lines[row],
                                              parameters[p].name, quoted(cell)),
                                  "the study's space says that it is a number on this scale",
                                  "correct the cell or the parameter"});
        }
    }
    made->table_ = std::move(table);
    return made;
}

Curve TableLandscape::curve(const Configuration& configuration, std::uint64_t seed,
                            search::TrialId trial) const {
    const auto& parameters = space_.parameters();
    std::vector<Place> point(parameters.size());
    std::vector<bool> categorical(parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        const auto* categories = std::get_if<CategoricalDomain>(&parameters[p].domain);
        categorical[p] = categories != nullptr;
        const auto found = configuration.find(parameters[p].name);
        if (found == configuration.end()) continue;
        if (categories == nullptr) {
            point[p] = place_of(parameters[p].domain, as_number(found->second).value_or(0));
        } else {
            const auto choice =
                std::find(categories->choices.begin(), categories->choices.end(), found->second);
            point[p] = static_cast<double>(choice - categories->choices.begin());
        }
    }
    double nearest = std::numeric_limits<double>::infinity();
    std::vector<std::size_t> equals;
    for (std::size_t row = 0; row < table_->rows(); ++row) {
        double sum = 0;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            const Place& there = places_[row * parameters.size() + p];
            double difference = there && point[p] ? *there - *point[p] : there || point[p] ? 1 : 0;
            if (categorical[p] && difference != 0) difference = 1;
            sum += difference * difference;
        }
        if (sum < nearest) equals.clear();
        if (sum <= nearest) equals.push_back(row);
        nearest = std::min(nearest, sum);
    }
    Curve curve = row(equals[base::Rng(seed, "row of a table", trial.value()).below(equals.size())]);
    // Floats that were printed and read again differ in their last digits.
    curve.distance = nearest < 1e-18 ? 0 : std::sqrt(nearest);
    return curve;
}

Curve TableLandscape::row(std::size_t index) const {
    const auto cut = [&](const Series& series) {
        const auto begin = series.values.begin() + static_cast<std::ptrdiff_t>(index * series.steps);
        return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(steps_));
    };
    Curve curve;
    curve.values = cut(*values_);
    if (seconds_ != nullptr) curve.seconds = cut(*seconds_);
    return curve;
}

}  // namespace quench::orchestrator::simulate

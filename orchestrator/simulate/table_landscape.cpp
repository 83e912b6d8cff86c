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
            if (cell.empty() && parameters[p].when.empty())
                return complaint({fmt::format("line {} of the table: hp.{} is empty", table->lines[row],
                                              parameters[p].name),
                                  "in the study's space the parameter has no condition: it is always there",
                                  "fill the cell in"});
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

std::vector<TableLandscape::Place> TableLandscape::places_of(const Configuration& configuration) const {
    const auto& parameters = space_.parameters();
    std::vector<Place> places(parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
        const auto found = configuration.find(parameters[p].name);
        if (found == configuration.end()) continue;
        if (const auto* categories = std::get_if<CategoricalDomain>(&parameters[p].domain)) {
            const auto choice =
                std::find(categories->choices.begin(), categories->choices.end(), found->second);
            places[p] = static_cast<double>(choice - categories->choices.begin());
        } else {
            places[p] = place_of(parameters[p].domain, as_number(found->second).value_or(0));
        }
    }
    return places;
}

search::space::Point TableLandscape::encoded(std::span<const Place> places, const Encoding& encoding) const {
    search::space::Point point;
    for (std::size_t p = 0; p < places.size(); ++p) {
        const auto* categories = std::get_if<CategoricalDomain>(&space_.parameters()[p].domain);
        const bool by_order = categories && encoding.axes()[p].relation != Relation::nominal;
        if (!places[p] || (by_order && *places[p] == foreign))
            point.push_back(std::numeric_limits<double>::quiet_NaN());
        else if (by_order && categories->choices.size() > 1)
            point.push_back(*places[p] / static_cast<double>(categories->choices.size() - 1));
        else
            point.push_back(*places[p]);
    }
    return point;
}

search::space::Point TableLandscape::point_of(std::size_t row, const Encoding& encoding) const {
    const std::size_t width = space_.parameters().size();
    return encoded(std::span(places_).subspan(row * width, width), encoding);
}

search::space::Point TableLandscape::point_of(const Configuration& configuration,
                                              const Encoding& encoding) const {
    return encoded(places_of(configuration), encoding);
}

TableLandscape::Nearest TableLandscape::nearest(const Configuration& configuration) const {
    const auto& parameters = space_.parameters();
    const std::vector<Place> point = places_of(configuration);
    std::vector<bool> categorical;
    for (const Parameter& parameter : parameters)
        categorical.push_back(std::holds_alternative<CategoricalDomain>(parameter.domain));
    double least = std::numeric_limits<double>::infinity();
    Nearest nearest;
    for (std::size_t row = 0; row < table_->rows(); ++row) {
        double sum = 0;
        for (std::size_t p = 0; p < parameters.size(); ++p) {
            const Place& there = places_[row * parameters.size() + p];
            double difference = there && point[p] ? *there - *point[p] : there || point[p] ? 1 : 0;
            if (categorical[p] && difference != 0) difference = 1;
            sum += difference * difference;
        }
        if (sum < least) nearest.rows.clear();
        if (sum <= least) nearest.rows.push_back(row);
        least = std::min(least, sum);
    }
    // Floats that were printed and read again differ in their last digits.
    nearest.distance = least < 1e-18 ? 0 : std::sqrt(least);
    return nearest;
}

Curve TableLandscape::curve_of(std::size_t row, double distance) const {
    const auto cut = [&](const Series& series) {
        const auto begin = series.values.begin() + static_cast<std::ptrdiff_t>(row * series.steps);
        return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(steps_));
    };
    return {.values = cut(*values_),
            .seconds = seconds_ != nullptr ? cut(*seconds_) : std::vector<double>{},
            .distance = distance};
}

Curve TableLandscape::curve(const Configuration& configuration, std::uint64_t seed,
                            search::TrialId trial) const {
    const auto [rows, distance] = nearest(configuration);
    return curve_of(rows[base::Rng(seed, "row of a table", trial.value()).below(rows.size())], distance);
}

}  // namespace quench::orchestrator::simulate

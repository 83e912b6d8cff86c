#include "search/space/encoding.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quench::search::space {
namespace {

constexpr std::uint64_t most_cells = 1ULL << 32U;  ///< above it an axis is as good as continuous

std::optional<double> number_of(const Value& value) {
    if (const double* x = std::get_if<double>(&value)) return *x;
    if (const std::int64_t* k = std::get_if<std::int64_t>(&value)) return static_cast<double>(*k);
    return std::nullopt;
}

/// As the user says; else three numbers or more that rise or fall: with two there is no order to speak of.
bool ordinal(const CategoricalDomain& domain) {
    if (domain.order != Order::by_values) return domain.order == Order::ordinal;
    if (domain.choices.size() < 3) return false;
    std::vector<double> numbers;
    for (const Value& choice : domain.choices) {
        const auto number = number_of(choice);
        if (!number) return false;
        numbers.push_back(*number);
    }
    const auto not_below = [](double a, double b) { return a >= b; };
    const auto not_above = [](double a, double b) { return a <= b; };
    return std::adjacent_find(numbers.begin(), numbers.end(), not_below) == numbers.end() ||
           std::adjacent_find(numbers.begin(), numbers.end(), not_above) == numbers.end();
}

Axis axis_of(const Domain& domain) {
    Axis axis;
    const auto last = last_cell(domain);
    if (last && *last < most_cells) axis.cells = *last + 1;
    if (const auto* choices = std::get_if<CategoricalDomain>(&domain))
        axis.relation = ordinal(*choices) ? Relation::ordered : Relation::nominal;
    else
        axis.relation = axis.cells ? Relation::ordered : Relation::continuous;
    return axis;
}

}  // namespace

Encoding::Encoding(Space space) : space_(std::move(space)) {
    for (const Parameter& parameter : space_.parameters()) axes_.push_back(axis_of(parameter.domain));
}

Point Encoding::encode(const Configuration& configuration) const {
    Point point;
    point.reserve(dimensions());
    for (const Parameter& parameter : space_.parameters()) {
        const auto found = configuration.find(parameter.name);
        point.push_back(found == configuration.end() ? std::numeric_limits<double>::quiet_NaN()
                                                     : coordinate_of(parameter.domain, found->second));
    }
    return point;
}

std::uint64_t Encoding::cell(std::size_t axis, double coordinate) const {
    const Domain& domain = space_.parameters()[axis].domain;
    const auto found = cell_of(domain, value_at_coordinate(domain, coordinate));
    QUENCH_CHECK(found, "a continuous axis has no cells");
    return *found;
}

double Encoding::centre(std::size_t axis, std::uint64_t cell) const {
    const Domain& domain = space_.parameters()[axis].domain;
    return coordinate_of(domain, value_at(domain, cell));
}

}  // namespace quench::search::space

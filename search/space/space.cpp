#include "search/space/space.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"
#include "search/space/enumeration.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace quench::search::space {
namespace {

bool holds(const Condition& condition, const Configuration& configuration) {
    const auto found = configuration.find(condition.parameter);
    return found != configuration.end() && std::find(condition.any_of.begin(), condition.any_of.end(),
                                                     found->second) != condition.any_of.end();
}

/// Expects the values of all parameters that this one depends on, and no values of inactive ones.
bool active(const Parameter& parameter, const Configuration& configuration) {
    return std::all_of(parameter.when.begin(), parameter.when.end(),
                       [&](const Condition& condition) { return holds(condition, configuration); });
}

/// A parameter after those it depends on, otherwise in the user's order.
std::vector<std::size_t> dependencies_first(const std::vector<Parameter>& parameters) {
    std::vector<std::size_t> order;
    std::map<std::string, bool> placed;
    while (order.size() < parameters.size()) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const Parameter& parameter = parameters[i];
            if (placed[parameter.name]) continue;
            if (std::all_of(parameter.when.begin(), parameter.when.end(),
                            [&](const Condition& condition) { return placed[condition.parameter]; })) {
                placed[parameter.name] = true;
                order.push_back(i);
            }
        }
    }
    return order;
}

}  // namespace

base::Result<Space> Space::make(std::vector<Parameter> parameters) {
    if (const auto problem = find_problem(parameters)) {
        const std::string& name = parameters[problem->parameter].name;
        const std::string where = problem->field.empty() ? name : name + "." + problem->field;
        return where.empty() ? base::Error(problem->text) : base::Error(problem->text).in(where);
    }
    Space space;
    space.order_ = dependencies_first(parameters);
    space.parameters_ = std::move(parameters);
    return space;
}

Configuration Space::decode(std::span<const double> point) const {
    QUENCH_CHECK(point.size() == dimensions(), "a point needs one coordinate a parameter");
    Configuration configuration;
    for (const std::size_t i : order_) {
        const Parameter& parameter = parameters_[i];
        if (active(parameter, configuration))
            configuration.emplace(parameter.name, value_at_coordinate(parameter.domain, point[i]));
    }
    return configuration;
}

std::vector<double> Space::encode(const Configuration& configuration) const {
    std::vector<double> point;
    point.reserve(dimensions());
    for (const Parameter& parameter : parameters_) {
        const auto found = configuration.find(parameter.name);
        point.push_back(found == configuration.end() ? 0.5 : coordinate_of(parameter.domain, found->second));
    }
    return point;
}

base::Result<> Space::check(const Configuration& configuration) const {
    Configuration checked;  // in order, so that a condition is read only after its parameter was checked
    for (const std::size_t i : order_) {
        const Parameter& parameter = parameters_[i];
        const auto found = configuration.find(parameter.name);
        if (!active(parameter, checked)) {
            if (found == configuration.end()) continue;
            return base::Error(
                fmt::format("{} has a value (its condition does not hold, so it is not active) leave it out",
                            parameter.name));
        }
        if (found == configuration.end())
            return base::Error(
                fmt::format("{} is missing (every active parameter needs a value) add it", parameter.name));
        if (const auto why = misfit(parameter.domain, found->second))
            return base::Error(*why).in(parameter.name);
        checked.emplace(*found);
    }
    for (const auto& [name, value] : configuration)
        if (!checked.contains(name))
            return base::Error(
                fmt::format("{} is unknown (the space has no such parameter) leave it out", name));
    return base::success();
}

std::optional<std::uint64_t> Space::cardinality() const {
    std::vector<std::uint64_t> sizes;
    for (const Parameter& parameter : parameters_) {
        const auto last = last_cell(parameter.domain);
        if (!last || *last >= static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
        sizes.push_back(*last + 1);
    }
    const auto numbering = Enumeration::make(parameters_, sizes);
    if (!numbering) return std::nullopt;
    return numbering->count();
}

}  // namespace quench::search::space

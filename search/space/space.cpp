#include "search/space/space.hpp"

#include "base/contract.hpp"
#include "search/space/cell.hpp"
#include "search/space/feasible.hpp"
#include "search/space/numbering.hpp"

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
std::vector<std::size_t> in_order_of_dependency(const std::vector<Parameter>& parameters) {
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

/// The parameters that constraints name, with all that these depend on; sorted.
std::vector<std::size_t> tied_by(const std::vector<Parameter>& parameters,
                                 const std::vector<Constraint>& constraints) {
    std::vector<bool> tied(parameters.size(), false);
    const auto tie = [&](const auto& self, std::size_t parameter) -> void {
        if (tied[parameter]) return;
        tied[parameter] = true;
        for (const Condition& condition : parameters[parameter].when)
            for (std::size_t i = 0; i < parameters.size(); ++i)
                if (parameters[i].name == condition.parameter) self(self, i);
    };
    for (const Constraint& constraint : constraints)
        for (const std::size_t parameter : constraint.mentioned()) tie(tie, parameter);
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < tied.size(); ++i)
        if (tied[i]) indices.push_back(i);
    return indices;
}

}  // namespace

base::Result<Space> Space::make(std::vector<Parameter> parameters,
                                const std::vector<std::string>& constraints) {
    if (const auto problem = find_problem(parameters)) {
        const std::string& name = parameters[problem->parameter].name;
        const std::string where = problem->field.empty() ? name : name + "." + problem->field;
        return where.empty() ? base::Error(problem->text) : base::Error(problem->text).in(where);
    }
    Space space;
    space.order_ = in_order_of_dependency(parameters);
    space.parameters_ = std::move(parameters);
    for (const std::string& text : constraints) {
        auto parsed = Constraint::parse(text, space.parameters_);
        if (const auto* fault = std::get_if<ConstraintFault>(&parsed))
            return base::Error(fmt::format("{} ({}) {}", fault->problem, fault->why, fault->way_out))
                .in(fmt::format("constraint \"{}\", character {}", text, fault->at));
        space.constraints_.push_back(std::get<Constraint>(std::move(parsed)));
    }
    if (constraints.empty()) return space;
    space.tied_ = tied_by(space.parameters_, space.constraints_);
    auto known = find_feasible(space);
    if (!known) return known.error();
    for (const Configuration& configuration : *known) space.known_.push_back(space.encode(configuration));
    space.known_configurations_ = *std::move(known);
    return space;
}

Configuration Space::decode(std::span<const double> point) const {
    Configuration configuration = decode_freely(point);
    if (!broken_constraint(configuration)) return configuration;
    return feasible_near(*this, point, known_, known_configurations_);
}

const Constraint* Space::broken_constraint(const Configuration& configuration) const {
    if (constraints_.empty()) return nullptr;
    std::vector<Range> ranges(parameters_.size());
    for (const std::size_t i : tied_)
        if (const auto found = configuration.find(parameters_[i].name); found != configuration.end())
            ranges[i] = range_of(parameters_[i].domain, found->second);
    const auto broken = std::find_if(constraints_.begin(), constraints_.end(),
                                     [&](const Constraint& one) { return one.over(ranges) == Truth::no; });
    return broken == constraints_.end() ? nullptr : &*broken;
}

Configuration Space::decode_freely(std::span<const double> point) const {
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

Configuration Space::with_fixed(Configuration configuration) const {
    for (const std::size_t i : order_) {
        const auto* categories = std::get_if<CategoricalDomain>(&parameters_[i].domain);
        if (categories && categories->choices.size() == 1 && active(parameters_[i], configuration))
            configuration.try_emplace(parameters_[i].name, categories->choices.front());
    }
    return configuration;
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
    if (const Constraint* broken = broken_constraint(configuration))
        return base::Error(
            fmt::format("the configuration breaks \"{}\" (a constraint of the space) change a "
                        "value that it names",
                        broken->text()));
    return base::success();
}

std::optional<std::uint64_t> Space::cardinality() const {
    const auto numbering = Numbering::of_values(*this);
    if (!numbering) return std::nullopt;
    return numbering->count();
}

}  // namespace quench::search::space

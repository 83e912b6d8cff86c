// find_problem: one function a kind of domain, one for the conditions. A text says the problem, why it is
// one, and a way out.
#include "search/space/cell.hpp"
#include "search/space/space.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::search::space {
namespace {

struct Fault {
    std::string field;
    std::string text;
};
using Found = std::optional<Fault>;
using IndexByName = std::map<std::string, std::size_t>;

/// What is not UTF-8 could not be journalled: writing it as JSON would throw, long after the study began.
bool is_utf8(const std::string& text) {
    using nlohmann::json;
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::ignore)) == text;
}

/// A step of fewer than 8 spacings of the floats at the larger end would make neighbours coincide.
double smallest_step(const FloatDomain& d) {
    const double largest = std::max(std::abs(d.low), std::abs(d.high));
    return 8 * (std::nextafter(largest, HUGE_VAL) - largest);
}

Found step_fault(const FloatDomain& d) {
    const double step = *d.step;
    const std::string shown = to_text(step);
    if (d.scale == Scale::log)
        return Fault{"step", fmt::format("step {} on a log scale (equal steps and equal ratios exclude each "
                                         "other) drop step or log",
                                         shown)};
    if (!std::isfinite(step) || step <= 0)
        return Fault{"step",
                     fmt::format("step is {} (it leads from low up to high) give a number above 0", shown)};
    if (d.low < d.high && step > (d.high - d.low) * (1 + 1e-9))
        return Fault{"step", fmt::format("step {} is larger than the range (only {} would be left) give a "
                                         "step of at most {}",
                                         shown, to_text(d.low), to_text(d.high - d.low))};
    if (step < smallest_step(d))
        return Fault{"step", fmt::format("step {} is too fine (floats near {} cannot be told apart) give a "
                                         "larger step, or none",
                                         shown, to_text(d.high))};
    return std::nullopt;
}

Found domain_fault(const FloatDomain& d) {
    if (!std::isfinite(d.low))
        return Fault{"low",
                     fmt::format("low is {} (a range needs two finite ends) give a number", to_text(d.low))};
    if (!std::isfinite(d.high))
        return Fault{
            "high", fmt::format("high is {} (a range needs two finite ends) give a number", to_text(d.high))};
    if (d.low > d.high)
        return Fault{"high", fmt::format("high {} is below low {} (the range is empty) exchange them",
                                         to_text(d.high), to_text(d.low))};
    if (!std::isfinite(d.high - d.low))
        return Fault{"high", fmt::format("the range from {} to {} is too wide (its width is no finite "
                                         "float) move the ends closer",
                                         to_text(d.low), to_text(d.high))};
    if (d.scale == Scale::log && d.low <= 0)
        return Fault{"low", fmt::format("low is {} on a log scale (only numbers above 0 have a logarithm) "
                                        "give a low above 0, or drop log",
                                        to_text(d.low))};
    return d.step ? step_fault(d) : std::nullopt;
}

Found domain_fault(const IntDomain& d) {
    if (d.low > d.high)
        return Fault{
            "high", fmt::format("high {} is below low {} (the range is empty) exchange them", d.high, d.low)};
    if (d.scale == Scale::log && d.low <= 0)
        return Fault{"low", fmt::format("low is {} on a log scale (only numbers above 0 have a logarithm) "
                                        "give a low of 1 or more, or drop log",
                                        d.low)};
    if (d.step <= 0)
        return Fault{"step", fmt::format("step is {} (it leads from low up to high) give 1 or more", d.step)};
    if (d.scale == Scale::log && d.step != 1)
        return Fault{"step", fmt::format("step {} on a log scale (equal steps and equal ratios exclude each "
                                         "other) drop step or log",
                                         d.step)};
    const std::uint64_t width = static_cast<std::uint64_t>(d.high) - static_cast<std::uint64_t>(d.low);
    if (width > 0 && static_cast<std::uint64_t>(d.step) > width)
        return Fault{"step", fmt::format("step {} is larger than the range (only {} would be left) give a "
                                         "step of at most {}",
                                         d.step, d.low, width)};
    return std::nullopt;
}

Found domain_fault(const CategoricalDomain& d) {
    if (d.choices.empty())
        return Fault{"choices", "there are no choices (nothing could be chosen) list at least one"};
    std::set<Value> seen;
    for (const Value& choice : d.choices) {
        if (const double* number = std::get_if<double>(&choice); number && !std::isfinite(*number))
            return Fault{"choices", fmt::format("the choice {} is not finite (it has no place in a file) "
                                                "write it as a string, in quotes",
                                                to_text(choice))};
        if (const auto* text = std::get_if<std::string>(&choice); text && !is_utf8(*text))
            return Fault{"choices",
                         "a choice is not UTF-8 (it has no place in a file) save the study file as UTF-8"};
        if (!seen.insert(choice).second)
            return Fault{"choices", fmt::format("the choice {} is there twice (it would be taken more often "
                                                "than the others) list it once",
                                                to_text(choice))};
    }
    return std::nullopt;
}

Found condition_fault(const Parameter& parameter, const Condition& condition,
                      const std::vector<Parameter>& parameters, const IndexByName& index) {
    const std::string& on = condition.parameter;
    if (on == parameter.name)
        return Fault{"when", fmt::format("{} depends on itself (it could never become active) name another "
                                         "parameter",
                                         on)};
    const auto found = index.find(on);
    if (found == index.end())
        return Fault{"when", fmt::format("{} depends on {} (there is no such parameter) name one of the "
                                         "space",
                                         parameter.name, on.empty() ? "a parameter without name" : on)};
    if (condition.any_of.empty())
        return Fault{"when", fmt::format("the condition on {} has no values (it could never hold) list at "
                                         "least one",
                                         on)};
    const Domain& domain = parameters[found->second].domain;
    if (!last_cell(domain))
        return Fault{"when", fmt::format("{} depends on {} (a float without step takes a given value with "
                                         "probability 0) give {} a step, or choices",
                                         parameter.name, on, on)};
    for (const Value& value : condition.any_of)
        if (const auto why = misfit(domain, value))
            return Fault{"when", fmt::format("{} depends on a value that {} does not have: {}",
                                             parameter.name, on, *why)};
    return std::nullopt;
}

/// Takes away, again and again, what depends on nothing that is left. What remains is in a circle or behind
/// one; following the conditions from there must come back to where it was, which is the circle.
Found circle_fault(const std::vector<Parameter>& parameters, const IndexByName& index, std::size_t& where) {
    std::vector<bool> settled(parameters.size(), false);
    const auto open_condition = [&](std::size_t i) -> std::optional<std::size_t> {
        for (const Condition& condition : parameters[i].when)
            if (const std::size_t on = index.at(condition.parameter); !settled[on]) return on;
        return std::nullopt;
    };
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (!settled[i] && !open_condition(i)) settled[i] = changed = true;
    }
    const auto first = std::find(settled.begin(), settled.end(), false);
    if (first == settled.end()) return std::nullopt;
    auto at = static_cast<std::size_t>(first - settled.begin());
    std::vector<std::size_t> path;
    while (std::find(path.begin(), path.end(), at) == path.end()) {
        path.push_back(at);
        at = *open_condition(at);
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), at));
    std::string text;
    for (const std::size_t i : path) text += parameters[i].name + " on ";
    where = at;
    return Fault{"when", fmt::format("the conditions form a circle: {}{} (none of them could ever become "
                                     "active) drop one of these conditions",
                                     text, parameters[at].name)};
}

}  // namespace

std::optional<Problem> find_problem(const std::vector<Parameter>& parameters) {
    IndexByName index;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        if (parameter.name.empty())
            return Problem{i, "", "a parameter has no name (results are kept by name) give it one"};
        if (!is_utf8(parameter.name))
            return Problem{i, "",
                           "a name is not UTF-8 (results are kept by name) save the study file as UTF-8"};
        if (!index.emplace(parameter.name, i).second)
            return Problem{i, "",
                           fmt::format("the parameter {} is there twice (values are kept by name) "
                                       "rename or drop one",
                                       parameter.name)};
        const Found fault = std::visit([](const auto& d) { return domain_fault(d); }, parameter.domain);
        if (fault) return Problem{i, fault->field, fault->text};
    }
    for (std::size_t i = 0; i < parameters.size(); ++i)
        for (const Condition& condition : parameters[i].when)
            if (const Found fault = condition_fault(parameters[i], condition, parameters, index))
                return Problem{i, fault->field, fault->text};
    std::size_t where = 0;
    if (const Found fault = circle_fault(parameters, index, where))
        return Problem{where, fault->field, fault->text};
    return std::nullopt;
}

}  // namespace quench::search::space

// What the parser of constraints makes of what it has read: terms with types, and nodes of the constraint.
#include "search/space/cell.hpp"
#include "search/space/constraint_parser.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::search::space {
namespace {

bool is_number(const Value& value) {
    return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

bool same(const Value& choice, const Value& literal) {
    if (!is_number(choice) || !is_number(literal)) return choice == literal;
    const auto number = [](const Value& value) {
        const auto* whole = std::get_if<std::int64_t>(&value);
        return whole ? static_cast<double>(*whole) : std::get<double>(value);
    };
    return number(choice) == number(literal);
}

template <class Holds>
bool all_choices(const Domain& domain, Holds holds) {
    const auto* choices = std::get_if<CategoricalDomain>(&domain);
    return choices && std::all_of(choices->choices.begin(), choices->choices.end(), holds);
}

bool calculates(const Domain& domain) {
    return !std::holds_alternative<CategoricalDomain>(domain) || all_choices(domain, is_number);
}

/// Are all its values whole numbers?
bool is_whole(const Domain& domain) {
    return std::holds_alternative<IntDomain>(domain) ||
           all_choices(domain, [](const Value& v) { return std::holds_alternative<std::int64_t>(v); });
}

std::string listed(const std::vector<std::string>& words) {
    constexpr std::size_t most = 12;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, words.size()); ++i) text += (i ? ", " : "") + words[i];
    return words.size() > most ? text + ", ..." : text;
}

std::string choices_of(const Domain& domain) {
    std::vector<std::string> words;
    for (const Value& choice : std::get<CategoricalDomain>(domain).choices) words.push_back(to_text(choice));
    return listed(words);
}

}  // namespace

void ConstraintParser::fault(std::size_t at, std::string problem, std::string why, std::string way_out,
                             std::string unknown) {
    if (!fault_)
        fault_ = {at + 1, std::move(problem), std::move(why), std::move(way_out), std::move(unknown)};
    at_ = text_.size();
}

void ConstraintParser::unknown_word(const Term& term) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters_) names.push_back(parameter.name);
    const std::string word = to_text(term.literal);
    fault(term.at, fmt::format("{} is no parameter", word), fmt::format("the space has {}", listed(names)),
          "name one of these, or compare the word with a parameter that has it as a choice", word);
}

ConstraintParser::Term ConstraintParser::named(const std::string& name, std::size_t at, bool braces) {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const Parameter& parameter) { return parameter.name == name; });
    if (found == parameters_.end()) {
        Term literal{Kind::literal, at};
        if (!braces && (name == "true" || name == "false"))
            literal.literal = name == "true";
        else
            literal.literal = name;
        literal.written = true;
        if (!braces) return literal;
        unknown_word(literal);
        return {};
    }
    const auto parameter = static_cast<std::size_t>(found - parameters_.begin());
    mentioned_.insert(parameter);
    if (!calculates(found->domain)) return {Kind::choice, at, 0, false, parameter};
    return {Kind::number, at, add({.op = Op::value, .parameter = parameter}), is_whole(found->domain)};
}

std::size_t ConstraintParser::add(Constraint::Node node) {
    if (made_.nodes_.size() >= Constraint::most_nodes) {
        fault(0, "the constraint is too long",
              fmt::format("it has more than {} parts", Constraint::most_nodes), "write it as several");
        return 0;
    }
    made_.nodes_.push_back(node);
    return made_.nodes_.size() - 1;
}

std::optional<std::size_t> ConstraintParser::needs_number(const Term& term) {
    switch (term.kind) {
        case Kind::number:
            return term.node;
        case Kind::truth:
            fault(term.at, "a comparison stands where a number is needed", "true and false do not calculate",
                  "is a bracket missing, or 'and'?");
            break;
        case Kind::choice:
            fault(term.at, fmt::format("{} does not calculate", parameters_[term.parameter].name),
                  fmt::format("its choices are {}, not all of them numbers",
                              choices_of(parameters_[term.parameter].domain)),
                  "compare it by ==, != or in");
            break;
        case Kind::literal:
            unknown_word(term);
            break;
        case Kind::nothing:
            break;
    }
    return std::nullopt;
}

std::optional<std::size_t> ConstraintParser::needs_truth(const Term& term) {
    if (term.kind == Kind::truth) return term.node;
    const bool* flag = term.written ? std::get_if<bool>(&term.literal) : nullptr;
    if (flag) return add({.op = Op::truth, .cell = *flag ? 1U : 0U});
    if (term.kind == Kind::choice) {
        const Domain& domain = parameters_[term.parameter].domain;
        if (all_choices(domain, [](const Value& v) { return std::holds_alternative<bool>(v); })) {
            if (const auto cell = cell_of(domain, true))
                return add({.op = Op::choice, .parameter = term.parameter, .cell = *cell});
            const std::size_t is_false = add({.op = Op::choice, .parameter = term.parameter, .cell = 0});
            return add({.op = Op::inverse, .left = is_false});
        }
    }
    if (term.kind == Kind::literal) {
        unknown_word(term);
    } else if (term.kind != Kind::nothing) {
        fault(term.at, "a value stands where true or false is needed", "a constraint holds or does not",
              "compare it, as in batch <= 64");
    }
    return std::nullopt;
}

std::optional<std::size_t> ConstraintParser::has_choice(const Term& parameter, const Term& literal) {
    const Domain& domain = parameters_[parameter.parameter].domain;
    const auto& choices = std::get<CategoricalDomain>(domain).choices;
    auto found = std::find(choices.begin(), choices.end(), literal.literal);
    if (found == choices.end())  // 1 for 1.0
        found = std::find_if(choices.begin(), choices.end(),
                             [&](const Value& choice) { return same(choice, literal.literal); });
    if (found != choices.end())
        return add({.op = Op::choice,
                    .parameter = parameter.parameter,
                    .cell = static_cast<std::uint64_t>(found - choices.begin())});
    const std::string word = to_text(literal.literal);
    fault(literal.at, fmt::format("{} is no choice of {}", word, parameters_[parameter.parameter].name),
          fmt::format("its choices are {}", choices_of(domain)),
          "take one of these; in quotes it is a string, without them a number or true or false can be meant");
    return std::nullopt;
}

std::optional<std::size_t> ConstraintParser::equal(const Term& left, const Term& right) {
    if (left.kind == Kind::nothing || right.kind == Kind::nothing) return std::nullopt;
    if (left.kind == Kind::choice && right.kind == Kind::choice) {
        std::size_t any = add({.op = Op::truth, .cell = 0});
        const auto& ours = std::get<CategoricalDomain>(parameters_[left.parameter].domain).choices;
        const auto& theirs = std::get<CategoricalDomain>(parameters_[right.parameter].domain).choices;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            const auto found = std::find_if(theirs.begin(), theirs.end(),
                                            [&](const Value& other) { return same(ours[i], other); });
            if (found == theirs.end()) continue;
            const std::size_t a = add({.op = Op::choice, .parameter = left.parameter, .cell = i});
            const std::size_t b = add({.op = Op::choice,
                                       .parameter = right.parameter,
                                       .cell = static_cast<std::uint64_t>(found - theirs.begin())});
            const std::size_t pair = add({.op = Op::both, .left = a, .right = b});
            any = add({.op = Op::either, .left = any, .right = pair});
        }
        return any;
    }
    if (left.kind == Kind::choice && right.written) return has_choice(left, right);
    if (right.kind == Kind::choice && left.written) return has_choice(right, left);
    const auto a = needs_number(left);
    const auto b = needs_number(right);
    if (!a || !b) return std::nullopt;
    return add({.op = Op::equal, .left = *a, .right = *b});
}

std::optional<std::size_t> ConstraintParser::compared(const std::string& sign, const Term& left,
                                                      const Term& right) {
    if (sign == "==") return equal(left, right);
    if (sign == "!=") {
        const auto same_value = equal(left, right);
        if (!same_value) return std::nullopt;
        return add({.op = Op::inverse, .left = *same_value});
    }
    const auto a = needs_number(left);
    const auto b = needs_number(right);
    if (!a || !b) return std::nullopt;
    const bool turned = sign[0] == '>';
    return add({.op = sign.size() == 1 ? Op::less : Op::less_equal,
                .left = turned ? *b : *a,
                .right = turned ? *a : *b});
}

ConstraintParser::Term ConstraintParser::calculated(Op op, const Term& left, const Term& right) {
    const auto a = needs_number(left);
    const auto b = needs_number(right);
    if (!a || !b) return {};
    if (op == Op::remainder && !(left.whole && right.whole)) {
        fault(left.whole ? right.at : left.at, "% of a number that may not be whole",
              "the remainder of a decimal is decided by rounding", "use int parameters and whole numbers");
        return {};
    }
    const bool whole = left.whole && right.whole && op != Op::quotient;
    return {Kind::number, left.at, add({.op = op, .left = *a, .right = *b}), whole};
}

ConstraintParser::Term ConstraintParser::combined(Op op, const Term& left, const Term& right) {
    const auto a = needs_truth(left);
    const auto b = needs_truth(right);
    if (!a || !b) return {};
    return truth_of(add({.op = op, .left = *a, .right = *b}), left.at);
}

}  // namespace quench::search::space

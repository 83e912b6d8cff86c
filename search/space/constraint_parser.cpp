// Constraint::parse: recursive descent; every word is looked up and every type checked while it is read, so
// that what is parsed can be evaluated without another error.
#include "search/space/cell.hpp"
#include "search/space/constraint.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace quench::search::space {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Bytes above 0x7F are letters of UTF-8.
bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) > 0x7F;
}

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

class ConstraintParser {
  public:
    ConstraintParser(const std::string& text, const std::vector<Parameter>& parameters)
        : text_(text), parameters_(parameters) {}

    std::variant<Constraint, ConstraintFault> parse();

  private:
    using Op = Constraint::Op;

    enum class Kind {
        number,   ///< `node`
        truth,    ///< `node`
        choice,   ///< `parameter`, one whose choices are not all numbers
        literal,  ///< `literal`: a text or a boolean that stands for a choice
        nothing   ///< after a fault
    };
    struct Term {
        Kind kind = Kind::nothing;
        std::size_t at = 0;  ///< where it begins, for messages
        std::size_t node = 0;
        bool whole = false;  ///< a number that is always whole
        std::size_t parameter = 0;
        bool written = false;  ///< `literal` says what stands there, also a number
        Value literal = 0.0;
    };

    // Reading.
    void skip_blanks();
    bool take(std::string_view sign);
    bool take_word(std::string_view word);
    [[nodiscard]] std::string_view word_here() const;
    Term either();
    Term both();
    Term inverse();
    Term comparison();
    Term member(const Term& left, bool negated);
    Term sum();
    Term product();
    Term factor();
    Term number();
    Term quoted(char quote);
    Term word();
    Term named(const std::string& name, std::size_t at, bool braces);

    // Making nodes.
    std::size_t add(Constraint::Node node);
    Term truth_of(std::size_t node, std::size_t at) { return {Kind::truth, at, node}; }
    Term calculated(Op op, const Term& left, const Term& right);
    Term combined(Op op, const Term& left, const Term& right);
    std::optional<std::size_t> compared(const std::string& sign, const Term& left, const Term& right);
    std::optional<std::size_t> equal(const Term& left, const Term& right);
    std::optional<std::size_t> has_choice(const Term& parameter, const Term& literal);
    std::optional<std::size_t> needs_number(const Term& term);
    std::optional<std::size_t> needs_truth(const Term& term);

    void fault(std::size_t at, std::string problem, std::string why, std::string way_out,
               std::string unknown = "");
    void unknown_word(const Term& term);

    const std::string& text_;
    const std::vector<Parameter>& parameters_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::set<std::size_t> mentioned_;
    Constraint made_;
    std::optional<ConstraintFault> fault_;  ///< the first one; reading goes on without effect
};

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

void ConstraintParser::skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
}

bool ConstraintParser::take(std::string_view sign) {
    skip_blanks();
    if (text_.compare(at_, sign.size(), sign) != 0) return false;
    at_ += sign.size();
    return true;
}

std::string_view ConstraintParser::word_here() const {
    std::size_t end = at_;
    if (end < text_.size() && begins_word(text_[end]))
        while (end < text_.size() && (begins_word(text_[end]) || is_digit(text_[end]) || text_[end] == '.'))
            ++end;
    return std::string_view(text_).substr(at_, end - at_);
}

bool ConstraintParser::take_word(std::string_view word) {
    skip_blanks();
    if (word_here() != word) return false;
    at_ += word.size();
    return true;
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

ConstraintParser::Term ConstraintParser::either() {
    Term left = both();
    while (take_word("or")) left = combined(Op::either, left, both());
    return left;
}

ConstraintParser::Term ConstraintParser::both() {
    Term left = inverse();
    while (take_word("and")) left = combined(Op::both, left, inverse());
    return left;
}

ConstraintParser::Term ConstraintParser::inverse() {
    skip_blanks();
    const std::size_t at = at_;
    if (!take_word("not")) return comparison();
    if (++depth_ > Constraint::most_depth) {
        fault(at, "the constraint is nested too deeply",
              fmt::format("at most {} levels are read", Constraint::most_depth), "write it as several");
        return {};
    }
    const auto operand = needs_truth(inverse());
    --depth_;
    if (!operand) return {};
    return truth_of(add({.op = Op::inverse, .left = *operand}), at);
}

ConstraintParser::Term ConstraintParser::comparison() {
    Term left = sum();
    const std::size_t begin = left.at;
    if (take_word("in")) return member(left, false);
    skip_blanks();
    const std::size_t before = at_;
    if (take_word("not")) {
        if (take_word("in")) return member(left, true);
        at_ = fault_ ? at_ : before;
    }
    std::optional<std::size_t> chain;
    for (;;) {
        std::string sign;
        for (const char* one : {"<=", ">=", "==", "!=", "<", ">"})
            if (take(one)) {
                sign = one;
                break;
            }
        if (sign.empty()) break;
        const Term right = sum();
        const auto link = compared(sign, left, right);
        if (!link) return {};
        chain = chain ? add({.op = Op::both, .left = *chain, .right = *link}) : *link;
        left = right;
    }
    return chain ? truth_of(*chain, begin) : left;
}

ConstraintParser::Term ConstraintParser::member(const Term& left, bool negated) {
    if (!take("[")) {
        fault(at_, "a list is missing after 'in'", "it says which values are meant", "write in [16, 32]");
        return {};
    }
    std::optional<std::size_t> any;
    do {
        const auto one = equal(left, sum());
        if (!one) return {};
        any = any ? add({.op = Op::either, .left = *any, .right = *one}) : *one;
    } while (take(","));
    if (!take("]")) {
        fault(at_, "a list is not closed", "after its last value a ] is needed", "add it");
        return {};
    }
    return truth_of(negated ? add({.op = Op::inverse, .left = *any}) : *any, left.at);
}

ConstraintParser::Term ConstraintParser::sum() {
    Term left = product();
    for (;;) {
        if (take("+"))
            left = calculated(Op::sum, left, product());
        else if (take("-"))
            left = calculated(Op::difference, left, product());
        else
            return left;
    }
}

ConstraintParser::Term ConstraintParser::product() {
    Term left = factor();
    for (;;) {
        skip_blanks();
        if (text_.compare(at_, 2, "**") == 0) {
            fault(at_, "there are no powers", "+ - * / and % calculate", "write x * x");
            return {};
        }
        if (take("*"))
            left = calculated(Op::product, left, factor());
        else if (take("/"))
            left = calculated(Op::quotient, left, factor());
        else if (take("%"))
            left = calculated(Op::remainder, left, factor());
        else
            return left;
    }
}

ConstraintParser::Term ConstraintParser::factor() {
    skip_blanks();
    const std::size_t at = at_;
    if (at_ >= text_.size()) {
        fault(at, "the constraint ends too soon", "a value or a bracket is missing", "complete it");
        return {};
    }
    const char c = text_[at_];
    if (c == '(' || c == '-') {
        if (++depth_ > Constraint::most_depth) {
            fault(at, "the constraint is nested too deeply",
                  fmt::format("at most {} levels are read", Constraint::most_depth), "write it as several");
            return {};
        }
        ++at_;
        if (c == '-') {
            const Term of = factor();
            --depth_;
            const auto operand = needs_number(of);
            if (!operand) return {};
            Term negative = of;
            negative.at = at;
            negative.node = add({.op = Op::negative, .left = *operand});
            if (const auto* whole = std::get_if<std::int64_t>(&of.literal))
                negative.literal = -*whole;
            else
                negative.literal = -std::get<double>(of.literal);
            return negative;
        }
        const Term inside = either();
        --depth_;
        if (!take(")")) {
            fault(at_, "a bracket is not closed", fmt::format("it was opened at character {}", at + 1),
                  "add a )");
            return {};
        }
        return inside;
    }
    if (is_digit(c) || c == '.') return number();
    if (c == '\'' || c == '"') return quoted(c);
    if (begins_word(c) || c == '{') return word();
    std::string way_out = "values are numbers, names of parameters and choices";
    if (c == '=') way_out = "two equal signs compare: ==";
    if (c == '&' || c == '|' || c == '!') way_out = "write and, or, not";
    fault(at,
          static_cast<unsigned char>(c) < ' '
              ? std::string("a control character stands where a value is needed")
              : fmt::format("'{}' stands where a value is needed", c),
          "an expression begins with one", way_out);
    return {};
}

ConstraintParser::Term ConstraintParser::number() {
    const std::size_t at = at_;
    const char* begin = text_.data() + at;
    const char* end = text_.data() + text_.size();
    double value = 0;
    const auto [after, failure] = std::from_chars(begin, end, value);
    const auto length = static_cast<std::size_t>(after - begin);
    const std::string_view digits(begin, length);
    at_ += length;
    if (failure != std::errc{} || length == 0 || (at_ < text_.size() && begins_word(text_[at_]))) {
        fault(at, "this is no number", "numbers are written as 16, 0.5 or 1e-3, up to 1.8e308",
              "a name that begins with a digit is written in braces: {3d}");
        return {};
    }
    Term term{Kind::number, at, add({.op = Op::number, .number = value}), false, 0, true, value};
    std::int64_t whole = 0;
    const auto [stop, not_whole] = std::from_chars(begin, after, whole);
    if (not_whole == std::errc{} && stop == after) {
        term.whole = true;
        term.literal = whole;
    }
    return term;
}

ConstraintParser::Term ConstraintParser::quoted(char quote) {
    const std::size_t at = at_;
    const std::size_t end = text_.find(quote, at + 1);
    if (end == std::string::npos) {
        fault(at, "a string is not closed", fmt::format("it began at character {}", at + 1),
              "add the quote at its end");
        return {};
    }
    at_ = end + 1;
    return {Kind::literal, at, 0, false, 0, true, text_.substr(at + 1, end - at - 1)};
}

ConstraintParser::Term ConstraintParser::word() {
    const std::size_t at = at_;
    if (text_[at] != '{') {
        const std::string name(word_here());
        at_ += name.size();
        if (name == "and" || name == "or" || name == "in" || name == "not") {
            fault(at, fmt::format("'{}' stands where a value is needed", name),
                  "it combines what stands on its two sides", "complete it");
            return {};
        }
        return named(name, at, false);
    }
    const std::size_t end = text_.find('}', at);
    if (end == std::string::npos) {
        fault(at, "a name in braces is not closed", fmt::format("it began at character {}", at + 1),
              "add the }");
        return {};
    }
    at_ = end + 1;
    return named(text_.substr(at + 1, end - at - 1), at, true);
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

std::variant<Constraint, ConstraintFault> ConstraintParser::parse() {
    if (text_.size() > Constraint::most_characters) {
        fault(0, fmt::format("the constraint has {} characters", text_.size()),
              fmt::format("at most {} are read", Constraint::most_characters), "write it as several");
        return *fault_;
    }
    const Term term = either();
    skip_blanks();
    if (!fault_ && at_ < text_.size()) {
        const bool assigns = text_[at_] == '=';
        fault(at_, "the constraint goes on after its end", "here an operator is needed, or nothing",
              assigns ? "two equal signs compare: ==" : "is an 'and', an operator or a bracket missing?");
    }
    const auto whole = needs_truth(term);
    if (!fault_ && mentioned_.empty())
        fault(0, "the constraint names no parameter", "it would always hold, or never",
              "name at least one of the space");
    if (fault_) return *fault_;
    made_.nodes_.push_back(
        made_.nodes_[*whole]);  // the whole is the last, also where it is a part used twice
    made_.text_ = text_;
    made_.mentioned_.assign(mentioned_.begin(), mentioned_.end());
    return std::move(made_);
}

std::variant<Constraint, ConstraintFault> Constraint::parse(const std::string& text,
                                                            const std::vector<Parameter>& parameters) {
    return ConstraintParser(text, parameters).parse();
}

}  // namespace quench::search::space

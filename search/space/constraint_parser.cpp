#include "search/space/constraint_parser.hpp"

#include <charconv>

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

}  // namespace

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

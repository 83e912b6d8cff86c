#include "orchestrator/study/scalar.hpp"

#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

using search::space::Value;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    return text;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<bool> boolean(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return std::nullopt;
}

/// digits [. digits] [e sign digits], or . digits [e sign digits]
bool looks_like_a_float(std::string_view text) {
    text = without_sign(text);
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at > begin;
    };
    const bool before = digits();
    bool after = false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        after = digits();
    }
    if (!before && !after) return false;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        if (!digits()) return false;
    }
    return at == text.size();
}

/// What to write instead of a text on whose meaning YAML 1.1 and 1.2 disagree.
std::optional<Complaint> ambiguity(const std::string& text) {
    static constexpr std::array<std::string_view, 12> words = {"yes", "Yes", "YES", "no",  "No",  "NO",
                                                               "on",  "On",  "ON",  "off", "Off", "OFF"};
    if (std::find(words.begin(), words.end(), text) != words.end())
        return Complaint{quoted(text) + " is ambiguous", "a boolean in YAML 1.1, a string in YAML 1.2",
                         fmt::format("write true or false, or \"{}\" for the string", text)};
    const std::string_view digits = without_sign(text);
    if (digits.empty() || !is_digit(digits[0])) return std::nullopt;
    const auto only = [&](std::string_view extra) {
        return std::all_of(digits.begin(), digits.end(),
                           [&](char c) { return is_digit(c) || extra.find(c) != extra.npos; });
    };
    const bool octal = (digits.size() > 1 && digits[0] == '0' && all_digits(digits)) ||
                       (digits.starts_with("0o") && all_digits(digits.substr(2)));
    const bool grouped = digits.find('_') != digits.npos && only("_.eE");
    const bool sexagesimal = digits.find(':') != digits.npos && only(":.") && is_digit(digits.back());
    if (!octal && !grouped && !sexagesimal) return std::nullopt;
    return Complaint{quoted(text) + " is ambiguous",
                     octal     ? "an octal number in one version of YAML, not in the other"
                     : grouped ? "a number in YAML 1.1, a string in YAML 1.2"
                               : "a number to base 60 in YAML 1.1, a string in YAML 1.2",
                     fmt::format("write a plain decimal number, or \"{}\" for the string",
                                 quoted(text).substr(1, quoted(text).size() - 2))};
}

base::Error complaint(const std::string& problem, const std::string& why, const std::string& way_out) {
    return base::Error(to_text({problem, why, way_out}));
}

/// A text that looks like an integer; nothing if it does not.
std::optional<base::Result<Value>> integer(const std::string& text) {
    const bool negative = text.starts_with('-');
    std::string_view digits = without_sign(text);
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        digits.remove_prefix(2);
        base = 16;
    } else if (!all_digits(digits)) {
        return std::nullopt;
    }
    const std::string number = (negative ? "-" : "") + std::string(digits);
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value, base);
    if (failure == std::errc::result_out_of_range)
        return complaint(quoted(text) + " does not fit", "integers have 64 bits here",
                         "use a smaller number, or write it as a float such as 1e19");
    if (failure != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    return Value(value);
}

base::Result<Value> floating(const std::string& text) {
    std::string_view digits = text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    double value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value))
        return complaint(quoted(text) + " does not fit", "it is beyond the range of a double",
                         "use a number between 1e-307 and 1e308 in size");
    return Value(value);
}

bool is_not_finite(std::string_view text) {
    text = without_sign(text);
    return text == ".nan" || text == ".NaN" || text == ".NAN" || text == ".inf" || text == ".Inf" ||
           text == ".INF";
}

}  // namespace

base::Result<Value> typed(const Node& node) {
    if (!node.tag.empty())
        return complaint("the tag " + quoted(node.tag) + " is unknown", "a study file needs none",
                         "remove it");
    if (node.kind == Node::Kind::nothing)
        return complaint("there is no value", "an empty entry means nothing", "write a value");
    if (node.kind != Node::Kind::scalar)
        return complaint(described(node) + " stands where one value belongs",
                         "it must be a number, a "
                         "boolean or a string",
                         "remove the brackets or the indented lines");
    if (node.quoted) {
        const auto control = [](char c) {
            return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n';
        };
        if (std::any_of(node.text.begin(), node.text.end(), control))
            return complaint(quoted(node.text) + " holds a control character",
                             "it could not be printed or passed on a command line", "remove the escape");
        return Value(node.text);
    }
    if (const auto flag = boolean(node.text)) return Value(*flag);
    if (auto trap = ambiguity(node.text)) return base::Error(to_text(*trap));
    if (auto number = integer(node.text)) return *std::move(number);
    if (looks_like_a_float(node.text)) return floating(node.text);
    if (is_not_finite(node.text))
        return complaint(quoted(node.text) + " is not finite", "no parameter or limit can have this value",
                         "write a finite number, or put it in quotes for a string");
    return Value(node.text);
}

std::string described(const Node& node) {
    switch (node.kind) {
        case Node::Kind::nothing:
            return "nothing";
        case Node::Kind::list:
            return "a list";
        case Node::Kind::map:
            return "a map";
        case Node::Kind::scalar:
            break;
    }
    const auto value = typed(node);
    if (!value) return quoted(node.text);
    if (std::holds_alternative<bool>(*value)) return "the boolean " + quoted(node.text);
    if (std::holds_alternative<std::int64_t>(*value)) return "the integer " + quoted(node.text);
    if (std::holds_alternative<double>(*value)) return "the float " + quoted(node.text);
    return "the string " + quoted(node.text);
}

}  // namespace quench::orchestrator::study

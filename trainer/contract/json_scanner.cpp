#include "trainer/contract/json_scanner.hpp"

#include <charconv>
#include <cstdint>
#include <limits>

namespace quench::trainer::contract {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

// The pieces of a JSON number; `length` 0 if there is none.
struct NumberText {
    std::string_view integer, fraction, exponent;
    bool negative = false;
    bool negative_exponent = false;
    std::size_t length = 0;
};

NumberText split_number(std::string_view text) {
    NumberText out;
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(begin, at - begin);
    };
    if (at < text.size() && text[at] == '-') {
        out.negative = true;
        ++at;
    }
    out.integer = digits();
    if (out.integer.empty() || (out.integer.size() > 1 && out.integer.front() == '0')) return {};
    if (at < text.size() && text[at] == '.') {
        ++at;
        out.fraction = digits();
        if (out.fraction.empty()) return {};
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-'))
            out.negative_exponent = text[at++] == '-';
        out.exponent = digits();
        if (out.exponent.empty()) return {};
    }
    out.length = at;
    return out;
}

// Whether a number that no double can hold is too large (else it is too small): the decimal power of its
// first digit that is not 0.
bool is_beyond_largest(const NumberText& number) {
    std::int64_t power = 0;
    if (number.integer != "0") {
        power = static_cast<std::int64_t>(number.integer.size());
    } else {
        const std::size_t zeros = number.fraction.find_first_not_of('0');
        power = zeros == std::string_view::npos ? 0 : -static_cast<std::int64_t>(zeros);
    }
    std::int64_t exponent = 0;
    for (const char c : number.exponent) {
        if (exponent < (std::int64_t{1} << 40)) exponent = exponent * 10 + (c - '0');
    }
    return power + (number.negative_exponent ? -exponent : exponent) > 0;
}

}  // namespace

void JsonScanner::skip_space() {
    while (!rest_.empty() &&
           (rest_.front() == ' ' || rest_.front() == '\t' || rest_.front() == '\r' || rest_.front() == '\n'))
        rest_.remove_prefix(1);
}

bool JsonScanner::take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
}

bool JsonScanner::take_word(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
}

std::optional<unsigned> JsonScanner::hex4() {
    unsigned value = 0;
    if (rest_.size() < 4) return std::nullopt;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
    if (error != std::errc{} || end != rest_.data() + 4) return std::nullopt;
    rest_.remove_prefix(4);
    return value;
}

bool JsonScanner::escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
        case '"':
        case '\\':
        case '/':
            out += c;
            return true;
        case 'b':
            out += '\b';
            return true;
        case 'f':
            out += '\f';
            return true;
        case 'n':
            out += '\n';
            return true;
        case 'r':
            out += '\r';
            return true;
        case 't':
            out += '\t';
            return true;
        case 'u':
            break;
        default:
            return false;
    }
    const auto first = hex4();
    if (!first) return false;
    std::uint32_t code = *first;
    if (code >= 0xDC00 && code < 0xE000) return false;
    if (code >= 0xD800 && code < 0xDC00) {
        if (!take_word("\\u")) return false;
        const auto second = hex4();
        if (!second || *second < 0xDC00 || *second >= 0xE000) return false;
        code = 0x10000 + ((code - 0xD800) << 10) + (*second - 0xDC00);
    }
    append_utf8(out, code);
    return true;
}

std::optional<std::string> JsonScanner::string() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (!rest_.empty()) {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"') return out;
        if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
        if (c != '\\')
            out += c;
        else if (!escape(out))
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<double> JsonScanner::number() {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (take_word("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take_word("Infinity")) return infinity;
    if (take_word("-Infinity")) return -infinity;

    const NumberText text = split_number(rest_);
    if (text.length == 0) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + text.length, value);
    if (error == std::errc::result_out_of_range) {
        value = is_beyond_largest(text) ? infinity : 0.0;
        if (text.negative) value = -value;
    } else if (error != std::errc{} || end != rest_.data() + text.length) {
        return std::nullopt;
    }
    rest_.remove_prefix(text.length);
    return value;
}

bool JsonScanner::skip_nested(int depth) {
    std::string open;  // the closing brackets that are still due
    do {
        skip_space();
        if (rest_.empty()) return false;
        const char c = rest_.front();
        if (c == '"') {
            if (!string()) return false;
            continue;
        }
        rest_.remove_prefix(1);
        if (c == '{' || c == '[') {
            if (open.size() >= static_cast<std::size_t>(depth)) return false;
            open += c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c) return false;
            open.pop_back();
        }
    } while (!open.empty());
    return true;
}

bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    while (at < text.size()) {
        const unsigned lead = byte(at);
        std::size_t more = 0;
        std::uint32_t code = lead;
        if (lead >= 0x80) {
            if (lead >= 0xC2 && lead < 0xE0)
                more = 1;
            else if (lead >= 0xE0 && lead < 0xF0)
                more = 2;
            else if (lead >= 0xF0 && lead < 0xF5)
                more = 3;
            else
                return false;
            code = lead & (0x3FU >> more);
        }
        if (text.size() - at <= more) return false;
        for (std::size_t i = 1; i <= more; ++i) {
            if ((byte(at + i) & 0xC0) != 0x80) return false;
            code = (code << 6) | (byte(at + i) & 0x3FU);
        }
        const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
        if (overlong || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) return false;
        at += more + 1;
    }
    return true;
}

}  // namespace quench::trainer::contract

#include "trainer/contract/report_line.hpp"

#include "trainer/contract/json_scanner.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace quench::trainer::contract {
namespace {

constexpr std::string_view prefix = "quench:";

// What the object of a report line held.
struct Found {
    std::optional<double> step;
    bool step_is_not_a_number = false;
    std::optional<std::string> infeasible;
    bool infeasible_is_no_text = false;
    bool continuable = false;
    std::map<std::string, double> metrics;
};

// Takes one value. Numbers and null give a double; other values are skipped and give nullopt.
bool take_value(JsonScanner& json, const ReportLimits& limits, std::optional<double>& number,
                std::optional<std::string>& text) {
    json.skip_space();
    switch (json.peek()) {
        case '"':
            text = json.string();
            return text.has_value();
        case '{':
        case '[':
            return json.skip_nested(limits.depth);
        case 't':
            return json.take_word("true");
        case 'f':
            return json.take_word("false");
        case 'n':
            number = std::numeric_limits<double>::quiet_NaN();
            return json.take_word("null");
        default:
            number = json.number();
            return number.has_value();
    }
}

// One `"key": value`. Returns what is wrong, or an empty text.
std::string_view take_member(JsonScanner& json, const ReportLimits& limits, Found& found) {
    const std::optional<std::string> key = json.string();
    if (!key) return "a key is not a JSON string";
    if (!json.take(':')) return "a key has no value";
    std::optional<double> number;
    std::optional<std::string> text;
    if (!take_value(json, limits, number, text)) return "a value is not JSON, or nested too deeply";

    if (*key == "step") {
        found.step = number;
        found.step_is_not_a_number = !number;
    } else if (*key == "infeasible") {
        found.infeasible = text;
        found.infeasible_is_no_text = !text;
    } else if (*key == "continuable") {
        found.continuable = true;
    } else if (number) {
        if (key->empty()) return "a metric has no name";
        if (key->size() > limits.name_bytes) return "the name of a metric is too long";
        found.metrics[*key] = *number;
        if (found.metrics.size() > limits.metrics) return "too many metrics";
    } else {
        found.metrics.erase(*key);  // the last value of a repeated key counts, and it is no number
    }
    return {};
}

std::string_view take_object(JsonScanner& json, const ReportLimits& limits, Found& found) {
    if (!json.take('{')) return "no JSON object follows 'quench:'";
    if (!json.take('}')) {
        do {
            if (const std::string_view why = take_member(json, limits, found); !why.empty()) return why;
        } while (json.take(','));
        if (!json.take('}')) return "the JSON object does not end";
    }
    json.skip_space();
    return json.at_end() ? std::string_view{} : "text follows the JSON object";
}

// Cuts at a character's begin, so that the text stays UTF-8.
std::string cut(std::string text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    text.resize(bytes);
    return text;
}

ReportLine judge(Found found, const ReportLimits& limits) {
    if (found.infeasible_is_no_text) return Malformed{"'infeasible' must be a string"};
    if (found.infeasible) return Infeasible{cut(*std::move(found.infeasible), limits.why_bytes)};
    if (found.step_is_not_a_number) return Malformed{"'step' must be an integer"};
    if (!found.step) {
        if (found.continuable) return NotAReport{};
        return Malformed{"no 'step'"};
    }
    const double step = *found.step;
    if (!(step >= 0) || step != std::floor(step) || step > static_cast<double>(limits.step))
        return Malformed{"'step' must be an integer, not negative and not beyond 2^53"};
    return Report{static_cast<std::int64_t>(step), std::move(found.metrics)};
}

void append_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "Infinity" : "-Infinity";
    } else {
        std::array<char, 32> text{};
        out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    }
}

}  // namespace

ReportLine parse_report_line(std::string_view line, const ReportLimits& limits) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (const std::size_t bar = line.rfind('\r'); bar != std::string_view::npos) line.remove_prefix(bar + 1);
    if (!line.starts_with(prefix)) return NotAReport{};
    if (line.size() > limits.line_bytes) return Malformed{"the line is too long"};
    if (!is_utf8(line)) return Malformed{"the line is not UTF-8"};

    JsonScanner json(line.substr(prefix.size()));
    Found found;
    if (const std::string_view why = take_object(json, limits, found); !why.empty())
        return Malformed{std::string(why)};
    return judge(std::move(found), limits);
}

std::string to_text(const Report& report) {
    std::string out = "quench: {\"step\": " + std::to_string(report.step);
    for (const auto& [name, value] : report.metrics) {
        out += ", ";
        append_string(out, name);
        out += ": ";
        append_number(out, value);
    }
    return out + "}";
}

std::string to_text(const Infeasible& infeasible) {
    std::string out = "quench: {\"infeasible\": ";
    append_string(out, infeasible.why);
    return out + "}";
}

}  // namespace quench::trainer::contract

#include "orchestrator/cli/text.hpp"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

/// Takes one character off the front; a byte that begins none counts as a character.
std::string_view take_character(std::string_view& text, std::uint32_t& code) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t announced = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::size_t length = 1;
    code = announced == 1 ? first : first & (0x7Fu >> announced);
    while (length < announced && length < text.size() &&
           (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80u)
        code = (code << 6) | (static_cast<unsigned char>(text[length++]) & 0x3Fu);
    const std::string_view taken = text.substr(0, length);
    text.remove_prefix(length);
    return taken;
}

std::size_t width_of(std::uint32_t code) {
    const auto between = [code](std::uint32_t low, std::uint32_t high) {
        return code >= low && code <= high;
    };
    if (between(0x300, 0x36F) || between(0x200B, 0x200F) || between(0x20D0, 0x20FF) ||
        between(0xFE00, 0xFE0F) || code == 0xFEFF)
        return 0;
    if (between(0x1100, 0x115F) || between(0x2E80, 0xA4CF) || between(0xAC00, 0xD7A3) ||
        between(0xF900, 0xFAFF) || between(0xFE30, 0xFE6F) || between(0xFF00, 0xFF60) ||
        between(0xFFE0, 0xFFE6) || between(0x1F300, 0x1FAFF) || between(0x20000, 0x3FFFD))
        return 2;
    return 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    std::uint32_t code = 0;
    while (!text.empty()) {
        take_character(text, code);
        width += width_of(code);
    }
    return width;
}

std::string fitted(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return "";
    std::string out;
    std::size_t used = 0;
    std::uint32_t code = 0;
    while (!text.empty()) {
        const std::string_view character = take_character(text, code);
        used += width_of(code);
        if (used + 1 > width) break;
        out += character;
    }
    return out + "…";
}

std::string printable(std::string_view text) {
    std::string out;
    std::uint32_t code = 0;
    while (!text.empty()) {
        const std::string_view character = take_character(text, code);
        const bool blank = code == '\n' || code == '\t' || code == '\r';
        const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        if (blank)
            out += ' ';
        else if (control)
            out += '?';
        else
            out += character;
    }
    return out;
}

std::string short_number(double value) {
    if (std::isnan(value)) return "nan";
    return fmt::format("{:.6g}", value);
}

std::string short_number(const std::optional<double>& value) {
    return value ? short_number(*value) : "-";
}

std::string short_params(const search::space::Configuration& params) {
    std::string out;
    for (const auto& [name, value] : params) {
        const auto* real = std::get_if<double>(&value);
        if (!out.empty()) out += ' ';
        out +=
            printable(name) + "=" + (real ? short_number(*real) : printable(search::space::to_text(value)));
    }
    return out;
}

std::string to_seconds_text(base::TimePoint t) {
    return base::to_utc_text(t).substr(0, 19);
}

}  // namespace quench::orchestrator::cli

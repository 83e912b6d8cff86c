#include "predictor/qubo/format.hpp"

#include "base/contract.hpp"
#include "predictor/qubo/text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace quench::predictor::qubo {
namespace text {

std::optional<std::string_view> next_line(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::vector<std::string_view> words(std::string_view line) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> found;
    for (std::size_t at = line.find_first_not_of(blanks); at != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
        found.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(blanks, end);
    }
    return found;
}

std::optional<double> number(std::string_view word) {
    if (word.starts_with('+') && !word.starts_with("+-")) word.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<std::size_t> index(std::string_view word) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return value;
}

std::string fixed(double value) {
    std::array<char, 1100> buffer{};  // the longest double without an exponent has 1,077 characters
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
    QUENCH_CHECK(error == std::errc(), "a double has fewer characters than the buffer");
    return {buffer.data(), end};
}

base::Error at_line(std::size_t line, const std::string& problem) {
    return base::Error("line " + std::to_string(line) + ": " + problem);
}

std::string quoted(std::string_view found) {
    constexpr std::size_t longest = 40;
    std::string shown = "'";
    for (const char c : found.substr(0, longest)) shown += c >= ' ' && c <= '~' ? c : '?';
    return shown + (found.size() > longest ? "...'" : "'");
}

base::Result<Term> term(std::string_view line, std::size_t line_number) {
    const auto parts = words(line);
    if (parts.size() != 3)
        return at_line(line_number, "not a term (" + quoted(line) + " has " + std::to_string(parts.size()) +
                                        " words) write 'i j value'");
    const auto i = index(parts[0]);
    const auto j = index(parts[1]);
    if (!i || !j)
        return at_line(line_number, "not an index (" + quoted(!i ? parts[0] : parts[1]) +
                                        " is no whole number >= 0) number the variables from 0");
    if (*i >= max_variables || *j >= max_variables)
        return at_line(line_number, "an index is too large (" + std::to_string(std::max(*i, *j)) +
                                        " where dense problems end at " + std::to_string(max_variables - 1) +
                                        ") number the variables from 0 without holes");
    const auto value = number(parts[2]);
    if (!value)
        return at_line(line_number, "not a coefficient (" + quoted(parts[2]) +
                                        " is no finite number) write a decimal number");
    return Term{*i, *j, *value};
}

}  // namespace text

std::optional<Format> format_of(std::string_view file_name) {
    if (file_name.ends_with(".coo") || file_name.ends_with(".txt")) return Format::coo;
    if (file_name.ends_with(".qubo")) return Format::qbsolv;
    if (file_name.ends_with(".json")) return Format::json;
    return std::nullopt;
}

base::Result<Qubo> read(std::string_view content, Format format) {
    auto qubo = format == Format::coo      ? text::read_coo(content)
                : format == Format::qbsolv ? text::read_qbsolv(content)
                                           : text::read_json(content);
    if (qubo && !qubo->finite())
        return base::Error(
            "the sum of terms overflows (a coefficient is beyond the range of a double) scale the problem");
    return qubo;
}

std::string write(const Qubo& qubo, Format format) {
    return format == Format::coo      ? text::write_coo(qubo)
           : format == Format::qbsolv ? text::write_qbsolv(qubo)
                                      : text::write_json(qubo);
}

}  // namespace quench::predictor::qubo

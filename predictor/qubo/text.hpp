// Lines, words and numbers of QUBO files; no part of the interface.
#pragma once

#include "base/result.hpp"
#include "predictor/qubo/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quench::predictor::qubo::text {

/// A coefficient as it stands in a file.
struct Term {
    std::size_t i = 0, j = 0;
    double value = 0;
};

/// Takes the next line (without its end) off the front of `rest`; nothing at the end of the text.
[[nodiscard]] std::optional<std::string_view> next_line(std::string_view& rest);
[[nodiscard]] std::vector<std::string_view> words(std::string_view line);
/// A finite number that fills the whole word; nothing otherwise.
[[nodiscard]] std::optional<double> number(std::string_view word);
/// A whole number >= 0 that fills the whole word; nothing otherwise (too large ones too).
[[nodiscard]] std::optional<std::size_t> index(std::string_view word);
/// The shortest text without an exponent that reads back as the same double.
[[nodiscard]] std::string fixed(double value);
/// "line N: problem", N counted from 1.
[[nodiscard]] base::Error at_line(std::size_t line, const std::string& problem);
/// At most 40 printable characters of something from a file, in quotes, for a message.
[[nodiscard]] std::string quoted(std::string_view found);
/// Reads "i j value"; checks max_variables.
[[nodiscard]] base::Result<Term> term(std::string_view line, std::size_t line_number);

[[nodiscard]] base::Result<Qubo> read_coo(std::string_view text);
[[nodiscard]] base::Result<Qubo> read_qbsolv(std::string_view text);
[[nodiscard]] base::Result<Qubo> read_json(std::string_view text);
[[nodiscard]] std::string write_coo(const Qubo& qubo);
[[nodiscard]] std::string write_qbsolv(const Qubo& qubo);
[[nodiscard]] std::string write_json(const Qubo& qubo);

}  // namespace quench::predictor::qubo::text

// Files of QUBO problems, at full precision.
//
//   coo     dimod's COO text. `# vartype=BINARY` (or SPIN), then a line `i j bias` a term, i == j being
//   linear;
//           E is the sum over lines, so a repeated pair adds up. The offset, which dimod does not write, is
//           the comment `# offset=VALUE`. Numbers are written without exponents: dimod's reader drops lines
//           that have one, silently.
//   qbsolv  `c` comments; `p qubo 0 maxNodes nNodes nCouplers`; nNodes lines `i i weight`, nCouplers lines
//           `i j weight` with i < j. The offset is the comment `c offset VALUE`.
//   json    bqpjson: variable_ids, variable_domain (boolean or spin), scale, offset, linear_terms [{id,
//   coeff}],
//           quadratic_terms [{id_tail, id_head, coeff}]; E = scale * (sum + offset). A variable's index is
//           the place of its id in variable_ids.
#pragma once

#include "base/result.hpp"
#include "predictor/qubo/model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace quench::predictor::qubo {

enum class Format { coo, qbsolv, json };

/// More variables than a dense problem is read with: 8192^2 doubles are 512 MiB, and a single index in a
/// damaged file must not take all memory.
inline constexpr std::size_t max_variables = 8192;

/// By a file's name: .coo and .txt, .qubo, .json; nothing for other endings.
[[nodiscard]] std::optional<Format> format_of(std::string_view file_name);

/// Reads a problem. Malformed text is an Error "line N: problem (why) way out"; nothing read can abort.
[[nodiscard]] base::Result<Qubo> read(std::string_view text, Format format);

/// Text from which `read` gives back the same doubles.
[[nodiscard]] std::string write(const Qubo& qubo, Format format);

}  // namespace quench::predictor::qubo

// The arithmetic of one axis: the cells of a discrete domain, and the way between values and [0, 1].
//
// A discrete domain has cells 0, 1, ..., one a value. A float without step is continuous, unless its ends
// coincide. All functions expect a domain in which find_problem finds nothing, except misfit's and cell_of's
// value, which may be anything.
#pragma once

#include "search/space/parameter.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace quench::search::space {

/// The index of the last cell (their number can be 2^64, which has no integer); none where continuous.
std::optional<std::uint64_t> last_cell(const Domain& domain);

/// The value that owns a cell.
Value value_at(const Domain& domain, std::uint64_t cell);

/// The cell of a value; none when it is not in the domain or the domain is continuous.
std::optional<std::uint64_t> cell_of(const Domain& domain, const Value& value);

/// The value at a coordinate; what is not in [0, 1] is taken to the nearer end.
Value value_at_coordinate(const Domain& domain, double coordinate);

/// The centre of the value's cell, or its place on a continuous axis.
double coordinate_of(const Domain& domain, const Value& value);

/// Why a value is not in the domain, as "<problem> (<why>) <way out>"; none when it is.
std::optional<std::string> misfit(const Domain& domain, const Value& value);

}  // namespace quench::search::space

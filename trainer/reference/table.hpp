// Numbers as the reference implementation holds them: lists of lists of double. Slow, and nothing to get
// wrong.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace quench::trainer::reference {

using Row = std::vector<double>;
/// One row an element; rows of one length.
using Table = std::vector<Row>;
/// Which rows are elements, and which only fill an event up.
using Mask = std::vector<bool>;

/// Every array of a network by its name, with the names of the fast path. Beside what is trained: "<graph
/// layer>.codebook" (distance_dim x directions) and "<attention>.projection" (m x d), which are drawn once,
/// and, if features are standardized, "standardization.mean" and "standardization.scale".
using Arrays = std::map<std::string, Table>;

inline Table zeros(std::size_t rows, std::size_t columns) {
    return Table(rows, Row(columns, 0.0));
}
inline std::size_t columns_of(const Table& x) {
    return x.empty() ? 0 : x.front().size();
}

}  // namespace quench::trainer::reference

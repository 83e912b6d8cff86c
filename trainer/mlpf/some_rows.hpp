// Inference goes through an event some rows at a time, so that what it needs in between stays in the
// processor's caches and memory does not grow with the layers.
#pragma once

#include "trainer/mlpf/batch.hpp"

#include <algorithm>

namespace quench::trainer::mlpf {

/// Enough for matrix products at their full rate, few enough for the second cache of a core.
inline constexpr Index rows_at_once = 256;

/// use(first, count) for all rows in turn.
void some_rows_at_a_time(Index rows, const auto& use) {
    for (Index first = 0; first < rows; first += rows_at_once)
        use(first, std::min(rows_at_once, rows - first));
}

}  // namespace quench::trainer::mlpf

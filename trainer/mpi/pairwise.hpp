#pragma once

#include <cstddef>
#include <span>

namespace quench::trainer::mpi {

/// Adds rows of equal length pairwise, neighbours first: ((r0 + r1) + (r2 + r3)) + .... The sum is in the
/// first row, the others are spoilt. So it makes no difference to the bits whether the pairs at the bottom of
/// the tree were added before, by whoever had both.
template <class T>
void sum_pairwise(std::span<T> rows, std::size_t count) {
    const std::size_t length = count > 0 ? rows.size() / count : 0;
    for (std::size_t step = 1; step < count; step *= 2)
        for (std::size_t row = 0; row + step < count; row += 2 * step)
            for (std::size_t i = 0; i < length; ++i)
                rows[row * length + i] += rows[(row + step) * length + i];
}

}  // namespace quench::trainer::mpi

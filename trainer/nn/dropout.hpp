// Dropout (Srivastava et al., JMLR 15:1929, 2014) whose random numbers have keys.
#pragma once

#include "trainer/nn/matrix.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace quench::trainer::nn {

/// Names the numbers of one training step.
struct DropoutKey {
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
};

/// Sets each entry of `x` to 0 with probability `rate` (0 <= rate < 1, rounded to a 65,536th) and divides the
/// others by the probability to stay, in place.
///
/// What goes depends on (key, event, layer) and the entry's row and column in its event, on nothing else: an
/// event loses the same entries on any rank, thread and place of a batch. The mask is not kept: the backward
/// pass is the same call on the gradient, which draws it again. `x` holds the rows of one event, all in one
/// piece; `event` is its number in the training set, `layer` any number that no other dropout of the network
/// has.
///
/// Philox4x32-10 of a counter; one block of 128 bits serves eight entries, and blocks are made side by side.
template <class Scalar>
void dropout(Eigen::Ref<Matrix<Scalar>> x, double rate, DropoutKey key, std::uint64_t event,
             std::uint32_t layer);

/// What one pass over stacked events drops: nothing without a key, as in validation.
struct Dropping {
    std::optional<DropoutKey> key;
    std::span<const std::uint64_t> numbers;  ///< of the events in their set
    std::span<const Index> begin;            ///< event e has the rows begin[e] .. begin[e+1]-1

    [[nodiscard]] bool drops(double rate) const { return key && rate > 0; }
};

/// Drops from the rows of every event, which lie in one piece.
template <class Scalar>
void dropout(Matrix<Scalar>& x, double rate, const Dropping& dropping, std::uint32_t layer);

}  // namespace quench::trainer::nn

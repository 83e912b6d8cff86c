// Events as the network sees them: several stacked row by row, without padding.
#pragma once

#include "trainer/nn/matrix.hpp"

#include <cstdint>
#include <vector>

namespace quench::trainer::mlpf {

using nn::Index;
using nn::Matrix;

/// Columns that the features of every detector begin with: 0 type | 1 pt or ET [GeV] | 2 eta | 3 sin phi |
/// 4 cos phi | 5 p or E [GeV]. trainer/event has the others.
namespace feature {
inline constexpr Index type = 0, pt = 1, eta = 2, sin_phi = 3, cos_phi = 4, energy = 5;
}
/// Columns of `targets`, row i for element i, all 0 if nothing is to be built from it:
///   0 class (0 none, 1 charged hadron, 2 neutral hadron, 3 photon, 4 electron, 5 muon) | 1 charge |
///   2 pt [GeV] | 3 eta | 4 sin phi | 5 cos phi | 6 E [GeV]
inline constexpr Index target_columns = 7;
inline constexpr Index classes = 6;
inline constexpr Index charges = 3;  ///< -1, 0, 1
/// What is predicted of a particle: the target columns 2 to 6.
inline constexpr Index momentum_columns = 5;

template <class Scalar>
struct Batch {
    Matrix<Scalar> features;
    Matrix<Scalar> targets;
    std::vector<Index> begin;  ///< event e has the rows begin[e] .. begin[e+1]-1; one longer than events
    std::vector<std::uint64_t> numbers;  ///< of each event in its set, which names its random numbers

    [[nodiscard]] Index rows() const { return features.rows(); }
};

}  // namespace quench::trainer::mlpf

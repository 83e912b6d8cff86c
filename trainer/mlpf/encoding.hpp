// How raw features enter the network: 14 columns, one-hot(type) and the other 11 features.
//
// Unlike the published Delphes encoding, which is raw, energies and momenta enter as log(1 + x): raw forward
// energies reach hundreds of GeV, and plain dense layers diverge on them at the learning rates of the search.
// The outputs are still corrections to the raw values.
#pragma once

#include "trainer/mlpf/batch.hpp"

namespace quench::trainer::mlpf {

inline constexpr Index encoded_columns = 14;

/// rows x 12 features to rows x 14. Non-finite features count as 0, others are clipped to +-1e6.
template <class Scalar>
Matrix<Scalar> encode(const Matrix<Scalar>& features);

}  // namespace quench::trainer::mlpf

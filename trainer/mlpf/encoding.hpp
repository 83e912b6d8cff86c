// How raw features enter the network: one-hot(type), of which 0 is padding in the reference, and the others.
#pragma once

#include "trainer/mlpf/batch.hpp"

namespace quench::trainer::mlpf {

/// `raw` is the published encoding. `logs` has log(1 + x) in place of every energy and momentum: raw forward
/// energies reach hundreds of GeV, and layers without a norm diverge on them at the learning rates of a
/// search. The outputs are corrections to the raw values with both.
enum class Encoding { raw, logs };

inline constexpr Index element_types = 3;

/// How many columns encode() makes of features with so many: 12 to 14, 17 to 19.
constexpr Index encoded_columns(Index feature_columns) {
    return element_types + feature_columns - 1;
}

/// What frees encoded features from their means and scales: x <- (x - mean) * scale, in place. The columns of
/// types stay as they are. (Keras's Normalization layer, which the published transformer begins with.)
template <class Scalar>
struct Standardization {
    nn::RowVector<Scalar> mean, scale;  ///< one number a column; empty: nothing happens

    void apply(Matrix<Scalar>& encoded) const;
};

/// That of these encoded rows, taken in double; a column that does not vary keeps its scale.
template <class Scalar>
Standardization<Scalar> standardization_of(const Matrix<Scalar>& encoded);

/// rows x columns of features to rows x encoded_columns. Non-finite features count as 0, others are clipped
/// to
/// +-1e6.
template <class Scalar>
void encode(Encoding encoding, const Matrix<Scalar>& features, Matrix<Scalar>& out);

}  // namespace quench::trainer::mlpf

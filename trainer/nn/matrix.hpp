// Matrix types. One row an element of an event, row-major, so that an element's numbers lie together.
#pragma once

#include <Eigen/Core>

namespace quench::trainer::nn {

using Index = Eigen::Index;

template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
template <class Scalar>
using RowVector = Eigen::Matrix<Scalar, 1, Eigen::Dynamic>;

/// A matrix or some columns or rows of one, to read and to write.
template <class Scalar>
using View = Eigen::Ref<const Matrix<Scalar>, 0, Eigen::OuterStride<>>;
template <class Scalar>
using Block = Eigen::Ref<Matrix<Scalar>, 0, Eigen::OuterStride<>>;

}  // namespace quench::trainer::nn

// Activations as array expressions, one pass over memory, vectorised. Eigen 3.4 does not vectorise select(),
// so they are written with min and max.
#pragma once

#include "trainer/nn/matrix.hpp"

namespace quench::trainer::nn {

/// What follows a dense layer.
enum class Activation { linear, elu };

/// elu(x) = x for x > 0, else exp(x) - 1 (Clevert et al., arXiv 1511.07289, alpha 1). `x` is an array
/// expression of something that outlives the result.
template <class Array>
auto elu(const Array& x) {
    using Scalar = typename Array::Scalar;
    return x.max(Scalar(0)) + (x.min(Scalar(0)).exp() - Scalar(1));
}

/// The slope of elu where its output is `y`: exp(x) = y + 1 below 0, and 1 above.
template <class Array>
auto elu_slope(const Array& y) {
    using Scalar = typename Array::Scalar;
    return y.min(Scalar(0)) + Scalar(1);
}

/// x <- activation(x + bias), row by row. `bias` has one row, or none for no bias.
template <class Scalar>
void add_and_activate(Block<Scalar> x, const View<Scalar>& bias, Activation activation);

/// gradient <- gradient * slope, where `y` is the activation's output.
template <class Scalar>
void activation_backward(Block<Scalar> gradient, const View<Scalar>& y, Activation activation);

/// sum <- sum + the sum of the rows of x.
template <class Scalar>
void add_rows(Block<Scalar> sum, const View<Scalar>& x);

}  // namespace quench::trainer::nn

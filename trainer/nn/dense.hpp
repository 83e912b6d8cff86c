// Dense layers and the feed-forward networks made of them, with their backward passes.
//
// A layer holds no state but its slices; what the backward pass needs is kept by the caller in a cache, so
// one network can be used for training and validation in turn. Backward passes add to the gradients.
#pragma once

#include "trainer/nn/parameters.hpp"

#include <string>
#include <vector>

namespace quench::trainer::nn {

/// elu(x) = x for x > 0, else exp(x) - 1 (Clevert et al., arXiv 1511.07289, alpha 1).
template <class Scalar>
Matrix<Scalar> elu(const Matrix<Scalar>& x);

/// The gradient before the activation, from the gradient after it and the activation's output.
template <class Scalar>
Matrix<Scalar> elu_backward(const Matrix<Scalar>& output, const Matrix<Scalar>& gradient);

/// 1 / (1 + exp(-x)).
template <class Scalar>
Matrix<Scalar> sigmoid(const Matrix<Scalar>& x);

/// y = x W + b; x is rows x in, y is rows x out.
template <class Scalar>
class Dense {
  public:
    Dense(Parameters<Scalar>& parameters, const std::string& name, Index in, Index out);

    [[nodiscard]] Matrix<Scalar> forward(const Parameters<Scalar>& parameters, const Matrix<Scalar>& x) const;
    /// dL/dx from dL/dy and the x of the forward pass.
    [[nodiscard]] Matrix<Scalar> backward(Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                          const Matrix<Scalar>& dy) const;
    [[nodiscard]] Slice bias() const { return bias_; }

  private:
    Slice weights_;
    Slice bias_;
};

/// Widths of a feed-forward network: `layers` hidden layers of `hidden` with elu, then a linear one.
struct FfnShape {
    Index in = 1;
    Index hidden = 1;
    Index layers = 1;
    Index out = 1;
};

template <class Scalar>
class Ffn {
  public:
    /// The input of each dense layer.
    using Cache = std::vector<Matrix<Scalar>>;

    Ffn(Parameters<Scalar>& parameters, const std::string& name, FfnShape shape);

    [[nodiscard]] Matrix<Scalar> forward(const Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                         Cache& cache) const;
    [[nodiscard]] Matrix<Scalar> backward(Parameters<Scalar>& parameters, const Cache& cache,
                                          const Matrix<Scalar>& dy) const;
    /// The bias of the linear layer, for networks whose output begins elsewhere than at 0.
    [[nodiscard]] Slice output_bias() const { return dense_.back().bias(); }

  private:
    std::vector<Dense<Scalar>> dense_;
};

extern template class Dense<float>;
extern template class Dense<double>;
extern template class Ffn<float>;
extern template class Ffn<double>;

}  // namespace quench::trainer::nn

// Dense layers and the feed-forward networks made of them, with their backward passes.
//
// A layer holds no state but its slices; what the backward pass needs is kept by the caller in a cache, so
// one network can be used for training and validation in turn, and by several threads. The input of a forward
// pass is the caller's and is given again to the backward pass. Backward passes add to gradients.
#pragma once

#include "trainer/nn/activation.hpp"
#include "trainer/nn/dropout.hpp"
#include "trainer/nn/parameters.hpp"

#include <string>
#include <vector>

namespace quench::trainer::nn {

/// y = activation(x W + b); x is rows x in, y is rows x out.
template <class Scalar>
class Dense {
  public:
    Dense(Parameters<Scalar>& parameters, const std::string& name, Index in, Index out,
          Activation activation = Activation::linear);

    void forward(const Parameters<Scalar>& parameters, const View<Scalar>& x, Matrix<Scalar>& y) const;
    /// `dy` is dL/dy on entry and dL/d(x W + b) afterwards; `y` the output of the forward pass. dL/dx is
    /// added to `dx`, unless that is null.
    void backward(const Parameters<Scalar>& parameters, const View<Scalar>& x, const Matrix<Scalar>& y,
                  Matrix<Scalar>& dy, Gradients<Scalar>& gradients, Matrix<Scalar>* dx) const;
    [[nodiscard]] Index width() const { return weights_.cols; }
    [[nodiscard]] Slice weights() const { return weights_; }
    [[nodiscard]] Slice bias() const { return bias_; }

  private:
    Slice weights_;
    Slice bias_;
    Activation activation_;
};

/// Widths of a feed-forward network: `layers` hidden layers with elu, then a linear one. The hidden widths
/// are all `hidden`, or halve from layer to layer. In training each hidden layer drops `dropout` of its
/// outputs.
struct FfnShape {
    Index in = 1;
    Index hidden = 1;
    Index layers = 1;
    Index out = 1;
    bool halving = false;
    double dropout = 0;
};

/// How many numbers such a network trains; counted without building it.
double parameter_count(const FfnShape& shape);

template <class Scalar>
class Ffn {
  public:
    struct Cache {
        std::vector<Matrix<Scalar>> hidden;   ///< the output of each hidden layer
        std::vector<Matrix<Scalar>> dropped;  ///< what is left of it for the next layer, if any goes
        Matrix<Scalar> output;
        Dropping dropping;
    };

    Ffn(Parameters<Scalar>& parameters, const std::string& name, FfnShape shape,
        Activation last = Activation::linear);

    /// The output stays in the cache.
    const Matrix<Scalar>& forward(const Parameters<Scalar>& parameters, const View<Scalar>& x, Cache& cache,
                                  const Dropping& dropping = {}) const;
    /// Overwrites `dy`; adds dL/dx to `dx`, unless that is null.
    void backward(const Parameters<Scalar>& parameters, const View<Scalar>& x, const Cache& cache,
                  Matrix<Scalar>& dy, Gradients<Scalar>& gradients, Matrix<Scalar>* dx) const;
    /// Of the last layer, for networks whose output is to begin elsewhere.
    [[nodiscard]] Slice output_weights() const { return dense_.back().weights(); }
    [[nodiscard]] Slice output_bias() const { return dense_.back().bias(); }

  private:
    // Names a hidden layer's random numbers: no two places of the block are one.
    [[nodiscard]] std::uint32_t number_of(std::size_t layer) const {
        return static_cast<std::uint32_t>(dense_[layer].bias().offset);
    }

    std::vector<Dense<Scalar>> dense_;
    double dropout_;
};

extern template class Dense<float>;
extern template class Dense<double>;
extern template class Ffn<float>;
extern template class Ffn<double>;

}  // namespace quench::trainer::nn

// Layer normalisation (Ba et al., arXiv 1607.06450), as Keras does it.
#pragma once

#include "trainer/nn/parameters.hpp"

#include <string>

namespace quench::trainer::nn {

/// Each row of x to gamma (x - mean) / sqrt(variance + 1e-6) + beta; gamma and beta (1 x width) are trained.
template <class Scalar>
class LayerNorm {
  public:
    struct Cache {
        Matrix<Scalar> normalized;  ///< before gamma and beta
        Vector<Scalar> inverse_deviation;
        Matrix<Scalar> output;
    };

    LayerNorm(Parameters<Scalar>& parameters, const std::string& name, Index width);

    /// The output stays in the cache.
    const Matrix<Scalar>& forward(const Parameters<Scalar>& parameters, const View<Scalar>& x,
                                  Cache& cache) const;
    /// Adds dL/dx to `dx`, which may not be `dy`.
    void backward(const Parameters<Scalar>& parameters, const Cache& cache, const Matrix<Scalar>& dy,
                  Gradients<Scalar>& gradients, Matrix<Scalar>& dx) const;

  private:
    Slice gamma_;
    Slice beta_;
};

extern template class LayerNorm<float>;
extern template class LayerNorm<double>;

}  // namespace quench::trainer::nn

// From the two streams of the network to what it says of each element (output decoding of the reference).
#pragma once

#include "trainer/mlpf/hyperparameters.hpp"
#include "trainer/nn/dense.hpp"
#include "trainer/nn/layer_norm.hpp"

#include <optional>

namespace quench::trainer::mlpf {

/// With z the classification stream, normalised if asked for, r the regression stream, l the logits and
/// without gradient through what is in brackets:
///   l = FFN(z); charge = FFN(z); eta = clip(eta_in + FFN(z, [l]), 7); (sin, cos) = clip((sin, cos)_in +
///   FFN(z, [l]), 1); E = |E_in + FFN(z, [l], r, [l])|; pt = |a pt_in + b| or |a| with (a, b) = FFN(z, [l],
///   r, [l]), where a begins at 1 for the former. With log-ratio targets pt is a and E its FFN.
/// Non-finite values are kept: a diverging training must be seen to diverge. (The reference makes them 0.)
template <class Scalar>
class Heads {
  public:
    struct Cache {
        typename nn::LayerNorm<Scalar>::Cache norm;
        Matrix<Scalar> zc;  ///< z, l
        Matrix<Scalar> e;   ///< z, l, r, l
        typename nn::Ffn<Scalar>::Cache classes, charge, eta, angles, energy, pt;
        Outputs<Scalar> outputs;
    };
    /// How wide the two streams are.
    struct Widths {
        Index z = 0, r = 0;
    };

    Heads(nn::Parameters<Scalar>& parameters, const Hyperparameters& hyper, Widths widths);

    /// The outputs stay in the cache.
    const Outputs<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const nn::View<Scalar>& features,
                                   const nn::View<Scalar>& z, const nn::View<Scalar>& r, Cache& cache,
                                   const nn::Dropping& dropping = {}) const;
    /// dL/dz and dL/dr are written; adds to `gradients`.
    void backward(const nn::Parameters<Scalar>& parameters, const Matrix<Scalar>& features,
                  const Cache& cache, const Outputs<Scalar>& d_outputs, nn::Gradients<Scalar>& gradients,
                  Matrix<Scalar>& dz, Matrix<Scalar>& dr) const;

  private:
    Widths widths_;
    bool pt_correction_;
    Targets targets_;
    std::optional<nn::LayerNorm<Scalar>> norm_;
    nn::Ffn<Scalar> classes_, charge_, eta_, angles_, energy_, pt_;
};

/// How many numbers heads train.
double parameter_count(const HeadShape& shape, Index z_width, Index r_width);

extern template class Heads<float>;
extern template class Heads<double>;

}  // namespace quench::trainer::mlpf

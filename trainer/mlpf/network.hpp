// The MLPF network: elements in, a class and a momentum for each out.
#pragma once

#include "trainer/mlpf/encoding.hpp"
#include "trainer/mlpf/hyperparameters.hpp"
#include "trainer/mlpf/loss.hpp"

#include <variant>
#include <vector>

namespace quench::trainer::mlpf {

/// Encoding (14 columns) -> elu(FFN) -> two stacks of layers from there, x <- x + layer(x), one for classes
/// (z) and one for momenta (r) -> heads. With l the logits and without gradient through what is in brackets:
///   l = FFN(z); eta = eta_in + FFN(z, [l]); (sin, cos) = (sin, cos)_in + FFN(z, [l]);
///   E = |E_in + FFN(z, [l], r, [l])|; pt = |a pt_in + b| with (a, b) = FFN(z, [l], r, [l]), a beginning
///   at 1.
/// Not clipped and non-finite values are kept: a diverging training must be seen to diverge.
/// Const after construction; the parameters are the caller's.
template <class Scalar>
class Network {
  public:
    using Binning = typename GraphLayer<Scalar>::Binning;
    struct DenseLayerCache {
        Matrix<Scalar> input, output;
    };
    struct StackCache {
        std::vector<std::variant<typename GraphLayer<Scalar>::Cache, DenseLayerCache>> layers;
    };
    /// What the backward pass needs of the forward pass. Reuse it from batch to batch to save allocations.
    struct Cache {
        typename nn::Ffn<Scalar>::Cache encoding, classes, eta, angles, energy, pt;
        Matrix<Scalar> node;  ///< x after the encoding
        StackCache classification, regression;
        Outputs<Scalar> outputs;
        Matrix<Scalar> pt_factors;         ///< (a, b)
        nn::Vector<Scalar> energy_before;  ///< E before its absolute value
    };

    Network(nn::Parameters<Scalar>& parameters, const Hyperparameters& hyper);

    /// The outputs stay in the cache.
    const Outputs<Scalar>& forward(const nn::Parameters<Scalar>& parameters, const Batch<Scalar>& batch,
                                   Cache& cache, Binning binning = Binning::anew) const;
    /// Adds to the gradients of the parameters.
    void backward(nn::Parameters<Scalar>& parameters, const Batch<Scalar>& batch, const Cache& cache,
                  const Outputs<Scalar>& gradient) const;

  private:
    using Layer = std::variant<GraphLayer<Scalar>, nn::Dense<Scalar>>;

    Matrix<Scalar> forward(const std::vector<Layer>& stack, const nn::Parameters<Scalar>& parameters,
                           Matrix<Scalar> x, const std::vector<Index>& events, StackCache& cache,
                           Binning binning) const;
    Matrix<Scalar> backward(const std::vector<Layer>& stack, nn::Parameters<Scalar>& parameters,
                            const StackCache& cache, Matrix<Scalar> dy) const;

    Index width_;
    nn::Ffn<Scalar> encoding_;
    std::vector<Layer> classification_, regression_;
    nn::Ffn<Scalar> classes_, eta_, angles_, energy_, pt_;
};

/// How many numbers such a network trains; counted without building it.
double parameter_count(const Hyperparameters& hyper);

extern template class Network<float>;
extern template class Network<double>;

}  // namespace quench::trainer::mlpf

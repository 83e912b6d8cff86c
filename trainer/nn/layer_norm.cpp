#include "trainer/nn/layer_norm.hpp"

#include <cmath>

namespace quench::trainer::nn {
namespace {

constexpr double epsilon = 1e-6;

}  // namespace

template <class Scalar>
LayerNorm<Scalar>::LayerNorm(Parameters<Scalar>& parameters, const std::string& name, Index width)
    : gamma_(parameters.add(name + ".gamma", 1, width, {Initial::Kind::constant, 1.0})),
      beta_(parameters.add(name + ".beta", 1, width, {Initial::Kind::constant, 0.0})) {}

template <class Scalar>
const Matrix<Scalar>& LayerNorm<Scalar>::forward(const Parameters<Scalar>& parameters, const View<Scalar>& x,
                                                 Cache& cache) const {
    const auto gamma = parameters.value(gamma_).row(0).array();
    const auto beta = parameters.value(beta_).row(0).array();
    cache.normalized.resize(x.rows(), x.cols());
    cache.output.resize(x.rows(), x.cols());
    cache.inverse_deviation.resize(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
        auto normalized = cache.normalized.row(i).array();
        normalized = x.row(i).array() - x.row(i).mean();
        const Scalar inverse =
            Scalar(1) / std::sqrt(normalized.square().mean() + static_cast<Scalar>(epsilon));
        cache.inverse_deviation(i) = inverse;
        normalized *= inverse;
        cache.output.row(i).array() = normalized * gamma + beta;
    }
    return cache.output;
}

template <class Scalar>
void LayerNorm<Scalar>::backward(const Parameters<Scalar>& parameters, const Cache& cache,
                                 const Matrix<Scalar>& dy, Gradients<Scalar>& gradients,
                                 Matrix<Scalar>& dx) const {
    const auto gamma = parameters.value(gamma_).row(0).array();
    auto d_gamma = gradients.of(gamma_).row(0).array();
    auto d_beta = gradients.of(beta_).row(0).array();
    Eigen::Array<Scalar, 1, Eigen::Dynamic> d(dy.cols());
    for (Index i = 0; i < dy.rows(); ++i) {
        const auto normalized = cache.normalized.row(i).array();
        d_gamma += dy.row(i).array() * normalized;
        d_beta += dy.row(i).array();
        d = dy.row(i).array() * gamma;
        const Scalar mean = d.mean(), along = (d * normalized).mean();
        dx.row(i).array() += cache.inverse_deviation(i) * (d - mean - normalized * along);
    }
}

template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace quench::trainer::nn

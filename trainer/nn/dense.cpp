#include "trainer/nn/dense.hpp"

namespace quench::trainer::nn {

template <class Scalar>
Matrix<Scalar> elu(const Matrix<Scalar>& x) {
    const auto a = x.array();
    return (a > Scalar(0)).select(a, a.min(Scalar(0)).exp() - Scalar(1)).matrix();
}

template <class Scalar>
Matrix<Scalar> elu_backward(const Matrix<Scalar>& output, const Matrix<Scalar>& gradient) {
    // The slope is exp(x) = output + 1 below 0, and 1 above.
    return (gradient.array() * (output.array().min(Scalar(0)) + Scalar(1))).matrix();
}

template <class Scalar>
Matrix<Scalar> sigmoid(const Matrix<Scalar>& x) {
    return ((-x.array()).exp() + Scalar(1)).inverse().matrix();
}

template <class Scalar>
Dense<Scalar>::Dense(Parameters<Scalar>& parameters, const std::string& name, Index in, Index out)
    : weights_(parameters.add(name + ".weights", in, out, {Initial::Kind::glorot})),
      bias_(parameters.add(name + ".bias", 1, out, {Initial::Kind::constant, 0.0})) {}

template <class Scalar>
Matrix<Scalar> Dense<Scalar>::forward(const Parameters<Scalar>& parameters, const Matrix<Scalar>& x) const {
    Matrix<Scalar> y(x.rows(), weights_.cols);
    y.noalias() = x * parameters.value(weights_);
    y.rowwise() += parameters.value(bias_).row(0);
    return y;
}

template <class Scalar>
Matrix<Scalar> Dense<Scalar>::backward(Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                       const Matrix<Scalar>& dy) const {
    parameters.gradient(weights_).noalias() += x.transpose() * dy;
    parameters.gradient(bias_).row(0) += dy.colwise().sum();
    Matrix<Scalar> dx(x.rows(), x.cols());
    dx.noalias() = dy * parameters.value(weights_).transpose();
    return dx;
}

template <class Scalar>
Ffn<Scalar>::Ffn(Parameters<Scalar>& parameters, const std::string& name, FfnShape shape) {
    Index in = shape.in;
    for (Index i = 0; i < shape.layers; ++i) {
        dense_.emplace_back(parameters, name + "." + std::to_string(i), in, shape.hidden);
        in = shape.hidden;
    }
    dense_.emplace_back(parameters, name + "." + std::to_string(shape.layers), in, shape.out);
}

template <class Scalar>
Matrix<Scalar> Ffn<Scalar>::forward(const Parameters<Scalar>& parameters, const Matrix<Scalar>& x,
                                    Cache& cache) const {
    cache.clear();
    cache.push_back(x);
    for (std::size_t i = 0; i + 1 < dense_.size(); ++i)
        cache.push_back(elu<Scalar>(dense_[i].forward(parameters, cache.back())));
    return dense_.back().forward(parameters, cache.back());
}

template <class Scalar>
Matrix<Scalar> Ffn<Scalar>::backward(Parameters<Scalar>& parameters, const Cache& cache,
                                     const Matrix<Scalar>& dy) const {
    Matrix<Scalar> gradient = dense_.back().backward(parameters, cache.back(), dy);
    for (std::size_t i = dense_.size() - 1; i-- > 0;)
        gradient = dense_[i].backward(parameters, cache[i], elu_backward<Scalar>(cache[i + 1], gradient));
    return gradient;
}

template Matrix<float> elu<float>(const Matrix<float>&);
template Matrix<double> elu<double>(const Matrix<double>&);
template Matrix<float> elu_backward<float>(const Matrix<float>&, const Matrix<float>&);
template Matrix<double> elu_backward<double>(const Matrix<double>&, const Matrix<double>&);
template Matrix<float> sigmoid<float>(const Matrix<float>&);
template Matrix<double> sigmoid<double>(const Matrix<double>&);
template class Dense<float>;
template class Dense<double>;
template class Ffn<float>;
template class Ffn<double>;

}  // namespace quench::trainer::nn

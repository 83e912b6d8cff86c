#include "trainer/nn/dense.hpp"

#include <algorithm>

namespace quench::trainer::nn {
namespace {

Index hidden_width(const FfnShape& shape, Index layer) {
    return shape.halving ? std::max<Index>(1, shape.hidden >> layer) : shape.hidden;
}

}  // namespace

double parameter_count(const FfnShape& shape) {
    double count = 0;
    auto in = static_cast<double>(shape.in);
    for (Index layer = 0; layer <= shape.layers; ++layer) {
        const auto out = static_cast<double>(layer < shape.layers ? hidden_width(shape, layer) : shape.out);
        count += in * out + out;
        in = out;
    }
    return count;
}

template <class Scalar>
Dense<Scalar>::Dense(Parameters<Scalar>& parameters, const std::string& name, Index in, Index out,
                     Activation activation)
    : weights_(parameters.add(name + ".weights", in, out, {Initial::Kind::glorot})),
      bias_(parameters.add(name + ".bias", 1, out, {Initial::Kind::constant, 0.0})),
      activation_(activation) {}

template <class Scalar>
void Dense<Scalar>::forward(const Parameters<Scalar>& parameters, const View<Scalar>& x,
                            Matrix<Scalar>& y) const {
    y.resize(x.rows(), weights_.cols);
    y.noalias() = x * parameters.value(weights_);
    add_and_activate<Scalar>(y, parameters.value(bias_), activation_);
}

template <class Scalar>
void Dense<Scalar>::backward(const Parameters<Scalar>& parameters, const View<Scalar>& x,
                             const Matrix<Scalar>& y, Matrix<Scalar>& dy, Gradients<Scalar>& gradients,
                             Matrix<Scalar>* dx) const {
    activation_backward<Scalar>(dy, y, activation_);
    gradients.of(weights_).noalias() += x.transpose() * dy;
    add_rows<Scalar>(gradients.of(bias_), dy);
    if (dx != nullptr) dx->noalias() += dy * parameters.value(weights_).transpose();
}

template <class Scalar>
Ffn<Scalar>::Ffn(Parameters<Scalar>& parameters, const std::string& name, FfnShape shape, Activation last)
    : dropout_(shape.dropout) {
    Index in = shape.in;
    for (Index i = 0; i < shape.layers; ++i) {
        const Index out = hidden_width(shape, i);
        dense_.emplace_back(parameters, name + "." + std::to_string(i), in, out, Activation::elu);
        in = out;
    }
    dense_.emplace_back(parameters, name + "." + std::to_string(shape.layers), in, shape.out, last);
}

template <class Scalar>
const Matrix<Scalar>& Ffn<Scalar>::forward(const Parameters<Scalar>& parameters, const View<Scalar>& x,
                                           Cache& cache, const Dropping& dropping) const {
    const std::size_t hidden = dense_.size() - 1;
    const bool drops = dropping.drops(dropout_);
    cache.dropping = dropping;
    cache.hidden.resize(hidden);
    cache.dropped.resize(drops ? hidden : 0);
    for (std::size_t i = 0; i <= hidden; ++i) {
        Matrix<Scalar>& y = i < hidden ? cache.hidden[i] : cache.output;
        if (i == 0)
            dense_[i].forward(parameters, x, y);
        else
            dense_[i].forward(parameters, drops ? cache.dropped[i - 1] : cache.hidden[i - 1], y);
        if (!drops || i == hidden) continue;
        cache.dropped[i] = y;
        nn::dropout<Scalar>(cache.dropped[i], dropout_, dropping, number_of(i));
    }
    return cache.output;
}

template <class Scalar>
void Ffn<Scalar>::backward(const Parameters<Scalar>& parameters, const View<Scalar>& x, const Cache& cache,
                           Matrix<Scalar>& dy, Gradients<Scalar>& gradients, Matrix<Scalar>* dx) const {
    Matrix<Scalar> here, below;
    Matrix<Scalar>* gradient = &dy;
    for (std::size_t i = dense_.size(); i-- > 0;) {
        const Matrix<Scalar>& y = i + 1 == dense_.size() ? cache.output : cache.hidden[i];
        if (i == 0) {
            dense_[i].backward(parameters, x, y, *gradient, gradients, dx);
            return;
        }
        const bool drops = !cache.dropped.empty();
        below.setZero(x.rows(), cache.hidden[i - 1].cols());
        dense_[i].backward(parameters, drops ? cache.dropped[i - 1] : cache.hidden[i - 1], y, *gradient,
                           gradients, &below);
        nn::dropout<Scalar>(below, dropout_, cache.dropping, number_of(i - 1));
        here.swap(below);
        gradient = &here;
    }
}

template class Dense<float>;
template class Dense<double>;
template class Ffn<float>;
template class Ffn<double>;

}  // namespace quench::trainer::nn

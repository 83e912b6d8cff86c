#include "trainer/nn/activation.hpp"

namespace quench::trainer::nn {

template <class Scalar>
void add_and_activate(Block<Scalar> x, const View<Scalar>& bias, Activation activation) {
    for (Index i = 0; i < x.rows(); ++i) {
        auto row = x.row(i).array();
        if (bias.rows() > 0) row += bias.row(0).array();
        if (activation == Activation::elu) row = elu(row);
    }
}

template <class Scalar>
void activation_backward(Block<Scalar> gradient, const View<Scalar>& y, Activation activation) {
    if (activation == Activation::linear) return;
    for (Index i = 0; i < gradient.rows(); ++i) gradient.row(i).array() *= elu_slope(y.row(i).array());
}

template <class Scalar>
void add_rows(Block<Scalar> sum, const View<Scalar>& x) {
    for (Index i = 0; i < x.rows(); ++i) sum.row(0) += x.row(i);
}

template void add_and_activate<float>(Block<float>, const View<float>&, Activation);
template void add_and_activate<double>(Block<double>, const View<double>&, Activation);
template void activation_backward<float>(Block<float>, const View<float>&, Activation);
template void activation_backward<double>(Block<double>, const View<double>&, Activation);
template void add_rows<float>(Block<float>, const View<float>&);
template void add_rows<double>(Block<double>, const View<double>&);

}  // namespace quench::trainer::nn

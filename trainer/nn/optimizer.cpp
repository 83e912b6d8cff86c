#include "trainer/nn/optimizer.hpp"

#include "base/contract.hpp"
#include "trainer/nn/matrix.hpp"

#include <cmath>

namespace quench::trainer::nn {
namespace {

template <class Scalar>
auto array(std::span<Scalar> data) {
    return Eigen::Map<Eigen::Array<std::remove_const_t<Scalar>, Eigen::Dynamic, 1>>(
        data.data(), static_cast<Index>(data.size()));
}

template <class Scalar>
auto array(std::span<const Scalar> data) {
    return Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>>(data.data(),
                                                                     static_cast<Index>(data.size()));
}

}  // namespace

template <class Scalar>
OptimizerState<Scalar> make_optimizer_state(const OptimizerOptions& options, std::size_t parameters) {
    OptimizerState<Scalar> state;
    state.first.assign(parameters, Scalar(0));
    if (options.kind == OptimizerOptions::Kind::adam) state.second.assign(parameters, Scalar(0));
    return state;
}

template <class Scalar>
void optimizer_step(const OptimizerOptions& options, OptimizerState<Scalar>& state, std::span<Scalar> values,
                    std::span<const Scalar> gradients) {
    QUENCH_CHECK(values.size() == gradients.size() && values.size() == state.first.size(), "lengths differ");
    ++state.steps;
    auto x = array<Scalar>(values);
    const auto g = array<Scalar>(gradients);
    auto m = array<Scalar>(std::span<Scalar>(state.first));
    if (options.kind == OptimizerOptions::Kind::sgd) {
        m = static_cast<Scalar>(options.momentum) * m + g;
        x -= static_cast<Scalar>(options.lr) * m;
        return;
    }
    auto v = array<Scalar>(std::span<Scalar>(state.second));
    const auto t = static_cast<double>(state.steps);
    const auto b1 = static_cast<Scalar>(options.beta1);
    const auto b2 = static_cast<Scalar>(options.beta2);
    const auto rate = static_cast<Scalar>(options.lr * std::sqrt(1.0 - std::pow(options.beta2, t)) /
                                          (1.0 - std::pow(options.beta1, t)));
    m = b1 * m + (Scalar(1) - b1) * g;
    v = b2 * v + (Scalar(1) - b2) * g.square();
    x -= rate * m / (v.sqrt() + static_cast<Scalar>(options.epsilon));
}

template OptimizerState<float> make_optimizer_state<float>(const OptimizerOptions&, std::size_t);
template OptimizerState<double> make_optimizer_state<double>(const OptimizerOptions&, std::size_t);
template void optimizer_step<float>(const OptimizerOptions&, OptimizerState<float>&, std::span<float>,
                                    std::span<const float>);
template void optimizer_step<double>(const OptimizerOptions&, OptimizerState<double>&, std::span<double>,
                                     std::span<const double>);

}  // namespace quench::trainer::nn

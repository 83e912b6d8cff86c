#include "trainer/nn/optimizer.hpp"

#include "base/contract.hpp"

#include <array>
#include <cmath>

namespace quench::trainer::nn {
namespace {

// Plain loops, which the compiler vectorises (this file is compiled with -fno-math-errno, for the root, and
// without contraction to fused operations, so that a value is rounded alike wherever the loop meets it).

template <class Scalar>
void adam_pass(std::size_t n, Scalar* __restrict x, Scalar* __restrict m, Scalar* __restrict v,
               const Scalar* __restrict g, Scalar scale, Scalar keep, Scalar rate, Scalar b1, Scalar b2,
               Scalar epsilon) {
    const Scalar c1 = Scalar(1) - b1;
    const Scalar c2 = Scalar(1) - b2;
    for (std::size_t i = 0; i < n; ++i) {
        const Scalar gradient = scale * g[i];
        m[i] = b1 * m[i] + c1 * gradient;
        v[i] = b2 * v[i] + c2 * (gradient * gradient);
        x[i] = keep * x[i] - rate * m[i] / (std::sqrt(v[i]) + epsilon);
    }
}

template <class Scalar>
void sgd_pass(std::size_t n, Scalar* __restrict x, Scalar* __restrict m, const Scalar* __restrict g,
              Scalar scale, Scalar rate, Scalar momentum) {
    for (std::size_t i = 0; i < n; ++i) {
        m[i] = momentum * m[i] + scale * g[i];
        x[i] -= rate * m[i];
    }
}

}  // namespace

template <class Scalar>
OptimizerState<Scalar> make_optimizer_state(const OptimizerOptions& options, std::size_t parameters) {
    OptimizerState<Scalar> state;
    state.first.assign(parameters, Scalar(0));
    if (options.kind != OptimizerOptions::Kind::sgd) state.second.assign(parameters, Scalar(0));
    return state;
}

template <class Scalar>
double norm(std::span<const Scalar> gradients) {
    // Eight partial sums, so that the loop need not wait for each addition; their order is fixed.
    std::array<double, 8> sums{};
    const std::size_t whole = gradients.size() - gradients.size() % sums.size();
    for (std::size_t i = 0; i < whole; i += sums.size())
        for (std::size_t k = 0; k < sums.size(); ++k) {
            const auto g = static_cast<double>(gradients[i + k]);
            sums[k] += g * g;
        }
    double total = 0;
    for (std::size_t i = whole; i < gradients.size(); ++i)
        total += static_cast<double>(gradients[i]) * static_cast<double>(gradients[i]);
    for (const double sum : sums) total += sum;
    return std::sqrt(total);
}

template <class Scalar>
void optimizer_step(const OptimizerOptions& options, OptimizerState<Scalar>& state, std::span<Scalar> values,
                    std::span<const Scalar> gradients) {
    using Kind = OptimizerOptions::Kind;
    const std::size_t n = values.size();
    QUENCH_CHECK(n == gradients.size() && n == state.first.size(), "lengths differ");
    QUENCH_CHECK(options.kind == Kind::sgd || n == state.second.size(), "lengths differ");
    ++state.steps;
    double scale = 1;
    if (options.clip_norm > 0) {
        const double length = norm<Scalar>(gradients);
        if (length > options.clip_norm) scale = options.clip_norm / length;
    }
    const auto as = [](double x) { return static_cast<Scalar>(x); };
    if (options.kind == Kind::sgd) {
        sgd_pass<Scalar>(n, values.data(), state.first.data(), gradients.data(), as(scale), as(options.lr),
                         as(options.momentum));
        return;
    }
    const auto t = static_cast<double>(state.steps);
    const double rate =
        options.lr * std::sqrt(1.0 - std::pow(options.beta2, t)) / (1.0 - std::pow(options.beta1, t));
    const double decay = options.kind == Kind::adamw ? options.lr * options.weight_decay : 0.0;
    adam_pass<Scalar>(n, values.data(), state.first.data(), state.second.data(), gradients.data(), as(scale),
                      as(1.0 - decay), as(rate), as(options.beta1), as(options.beta2), as(options.epsilon));
}

template OptimizerState<float> make_optimizer_state<float>(const OptimizerOptions&, std::size_t);
template OptimizerState<double> make_optimizer_state<double>(const OptimizerOptions&, std::size_t);
template double norm<float>(std::span<const float>);
template double norm<double>(std::span<const double>);
template void optimizer_step<float>(const OptimizerOptions&, OptimizerState<float>&, std::span<float>,
                                    std::span<const float>);
template void optimizer_step<double>(const OptimizerOptions&, OptimizerState<double>&, std::span<double>,
                                     std::span<const double>);

}  // namespace quench::trainer::nn

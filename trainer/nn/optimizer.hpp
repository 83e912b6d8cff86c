// Optimizers: Adam (Kingma and Ba, arXiv 1412.6980) and stochastic gradient descent with momentum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quench::trainer::nn {

struct OptimizerOptions {
    enum class Kind { adam, sgd } kind = Kind::adam;
    double lr = 1e-3;
    double momentum = 0.9;  ///< sgd only
    double beta1 = 0.9;     ///< adam only, as are the rest
    double beta2 = 0.999;
    double epsilon = 1e-7;
};

/// What an optimizer remembers between steps; part of a checkpoint. `second` is empty for sgd.
template <class Scalar>
struct OptimizerState {
    std::uint64_t steps = 0;
    std::vector<Scalar> first;
    std::vector<Scalar> second;
};

template <class Scalar>
OptimizerState<Scalar> make_optimizer_state(const OptimizerOptions& options, std::size_t parameters);

/// One step downhill. The three arrays have one length.
template <class Scalar>
void optimizer_step(const OptimizerOptions& options, OptimizerState<Scalar>& state, std::span<Scalar> values,
                    std::span<const Scalar> gradients);

}  // namespace quench::trainer::nn

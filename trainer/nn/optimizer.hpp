// Optimizers: Adam (Kingma and Ba, arXiv 1412.6980), AdamW (Loshchilov and Hutter, arXiv 1711.05101) and
// stochastic gradient descent with momentum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace quench::trainer::nn {

/// Defaults are Keras's.
struct OptimizerOptions {
    enum class Kind { adam, adamw, sgd } kind = Kind::adam;
    double lr = 1e-3;
    double momentum = 0.9;  ///< sgd only
    double beta1 = 0.9;     ///< adam and adamw, as are the next two
    double beta2 = 0.999;
    double epsilon = 1e-7;
    double weight_decay = 0.004;  ///< adamw only: each step takes lr * weight_decay of every value
    double clip_norm = 0;  ///< the norm that a gradient is shortened to if it is longer; 0: never shortened
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

/// The Euclidean length of all gradients together, added up in double.
template <class Scalar>
double norm(std::span<const Scalar> gradients);

/// One step downhill, in one pass over the arrays (two with clip_norm). The arrays have one length.
template <class Scalar>
void optimizer_step(const OptimizerOptions& options, OptimizerState<Scalar>& state, std::span<Scalar> values,
                    std::span<const Scalar> gradients);

}  // namespace quench::trainer::nn

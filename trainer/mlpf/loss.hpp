// The loss of MLPF: sigmoid focal loss on classes, Huber loss on momenta.
//
// Sums, not means: the caller divides by the elements and particles of the whole global batch, so that
// neither padding nor the split of a batch over ranks changes the loss.
#pragma once

#include "trainer/mlpf/batch.hpp"

#include <cstdint>

namespace quench::trainer::mlpf {

/// What the network says: class logits (rows x 6) and momenta (rows x 5, the target columns 2 to 6).
template <class Scalar>
struct Outputs {
    Matrix<Scalar> logits;
    Matrix<Scalar> momentum;
};

/// A value and its derivative.
struct Slope {
    double value = 0;
    double derivative = 0;
};

/// Focal loss of one independent sigmoid (Lin et al., arXiv 1708.02002): alpha_t (1 - p_t)^2 (-log p_t),
/// alpha 0.25, gamma 2. Does not overflow for any finite logit.
Slope focal_loss(double logit, bool is_target);

/// Huber loss: x^2 / 2 within +-delta, delta |x| - delta^2 / 2 beyond.
Slope huber_loss(double error, double delta);

/// Loss terms summed over the rows of a batch; they add up over batches and ranks.
struct LossSums {
    double classification = 0;  ///< over elements and classes
    double regression = 0;      ///< over elements with a particle, and their five momenta
    double elements = 0;
    double particles = 0;
    double correct = 0;  ///< elements whose largest logit is their class

    /// 10 classification / elements + regression / particles: the weights of the tuned CLIC configuration,
    /// the scale of its smaller one. Fixed, since a search over them would compare incomparable losses.
    [[nodiscard]] double total() const;
    [[nodiscard]] double accuracy() const { return correct / elements; }
    LossSums& operator+=(const LossSums& other);
};

/// Elements and particles alone, which are known before the forward pass.
template <class Scalar>
LossSums count(const Batch<Scalar>& batch);

template <class Scalar>
LossSums loss(const Outputs<Scalar>& outputs, const Batch<Scalar>& batch);

/// The gradient of total() with respect to the outputs, where `of_batch` counts the whole global batch.
template <class Scalar>
Outputs<Scalar> loss_gradient(const Outputs<Scalar>& outputs, const Batch<Scalar>& batch,
                              const LossSums& of_batch);

}  // namespace quench::trainer::mlpf

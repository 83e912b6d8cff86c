// The loss of MLPF: sigmoid focal loss on classes, cross-entropy on charges, Huber loss on momenta.
//
// Sums, not means: they are divided by the elements and particles of the whole global batch, so that neither
// padding nor the split of a batch over ranks changes the loss.
#pragma once

#include "trainer/mlpf/batch.hpp"

#include <cstdint>

namespace quench::trainer::mlpf {

/// What the network says: class logits (rows x 6), charge logits (rows x 3; -1, 0, 1) and momenta (rows x 5,
/// the target columns 2 to 6; with log-ratio targets columns 0 and 4 are logarithms of target / element).
template <class Scalar>
struct Outputs {
    Matrix<Scalar> logits;
    Matrix<Scalar> charge;
    Matrix<Scalar> momentum;
};

/// What pt and E are compared as: GeV, or log(target / element value), 0 where that is not finite.
enum class Targets { raw, log_ratio };
/// What sums are divided by: the real elements and particles, or, as in the reference, the places of the
/// padded batch (its number of events times its longest event), whatever is in them.
enum class Normalization { real, padded };

/// The defaults are a tenth of the weights of the tuned CLIC configuration, with the Delphes deltas.
struct LossOptions {
    double class_weight = 10.0;
    double charge_weight = 0.1;
    double momentum_weight = 1.0;
    double alpha = 0.25;        ///< of the focal loss
    double gamma = 2.0;         ///< of the focal loss
    double energy_delta = 1.0;  ///< Huber's delta for pt and E
    double angle_delta = 0.1;   ///< Huber's delta for eta, sin phi, cos phi
    /// All terms of an element are multiplied by its pt, in GeV and at least 0.1, to this power: the soft
    /// ones are most of an event and little of its jets. (1: an option of the reference; 1/2: what its later
    /// versions weigh momenta with.)
    double pt_power = 0;
    Targets targets = Targets::raw;
    Normalization normalization = Normalization::real;
};

/// A value and its derivative.
struct Slope {
    double value = 0;
    double derivative = 0;
};

/// Focal loss of one independent sigmoid (Lin et al., arXiv 1708.02002): alpha_t (1 - p_t)^gamma (-log p_t).
/// Does not overflow for any finite logit.
Slope focal_loss(double logit, bool is_target, double alpha = 0.25, double gamma = 2.0);

/// Huber loss: x^2 / 2 within +-delta, delta |x| - delta^2 / 2 beyond.
Slope huber_loss(double error, double delta);

/// Loss terms summed over the rows of a batch; they add up over batches and ranks.
struct LossSums {
    double classification = 0;  ///< over elements and classes
    double charge = 0;          ///< over elements
    double regression = 0;      ///< over elements with a particle, and their five momenta
    double elements = 0;
    double particles = 0;
    double padded = 0;   ///< events times the rows of the longest, of each global batch
    double correct = 0;  ///< elements whose largest logit is their class

    /// class_weight classification / elements + charge_weight charge / elements + momentum_weight regression
    /// / particles; all over `padded` instead with Normalization::padded.
    [[nodiscard]] double total(const LossOptions& options) const;
    [[nodiscard]] double accuracy() const { return correct / elements; }
    LossSums& operator+=(const LossSums& other);
};

/// Elements, particles and padded places alone, which are known before the forward pass.
template <class Scalar>
LossSums count(const Batch<Scalar>& batch);

/// The sums of a batch, but for `padded`, which belongs to whole global batches and stays 0. Where `gradient`
/// is not null it becomes the gradient of total() with respect to the outputs, where `of_batch` counts the
/// whole global batch.
template <class Scalar>
LossSums loss(const LossOptions& options, const Outputs<Scalar>& outputs, const Batch<Scalar>& batch,
              const LossSums& of_batch = {}, Outputs<Scalar>* gradient = nullptr);

}  // namespace quench::trainer::mlpf

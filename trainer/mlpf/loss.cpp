#include "trainer/mlpf/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace quench::trainer::mlpf {
namespace {

constexpr double alpha = 0.25;
constexpr double classification_weight = 10.0;
// Of pt, eta, sin phi, cos phi, E.
constexpr std::array<double, momentum_columns> deltas = {1.0, 0.1, 0.1, 0.1, 1.0};

template <class Scalar>
Index class_of(const Batch<Scalar>& batch, Index row) {
    return static_cast<Index>(batch.targets(row, 0));
}

}  // namespace

Slope focal_loss(double logit, bool is_target) {
    const double x = is_target ? logit : -logit;
    const double weight = is_target ? alpha : 1.0 - alpha;
    const double minus_log_p = std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    const double p = std::exp(-minus_log_p);
    const double q = 1.0 / (1.0 + std::exp(x));  // 1 - p without cancellation
    const double by_x = -weight * q * q * (2.0 * p * minus_log_p + q);
    return {weight * q * q * minus_log_p, is_target ? by_x : -by_x};
}

Slope huber_loss(double error, double delta) {
    if (std::abs(error) <= delta) return {0.5 * error * error, error};
    return {delta * std::abs(error) - 0.5 * delta * delta, std::copysign(delta, error)};
}

double LossSums::total() const {
    return classification_weight * classification / std::max(elements, 1.0) +
           regression / std::max(particles, 1.0);
}

LossSums& LossSums::operator+=(const LossSums& other) {
    classification += other.classification;
    regression += other.regression;
    elements += other.elements;
    particles += other.particles;
    correct += other.correct;
    return *this;
}

template <class Scalar>
LossSums count(const Batch<Scalar>& batch) {
    LossSums sums;
    sums.elements = static_cast<double>(batch.rows());
    for (Index row = 0; row < batch.rows(); ++row)
        if (class_of(batch, row) != 0) sums.particles += 1;
    return sums;
}

template <class Scalar>
LossSums loss(const Outputs<Scalar>& outputs, const Batch<Scalar>& batch) {
    LossSums sums = count(batch);
    for (Index row = 0; row < batch.rows(); ++row) {
        const Index truth = class_of(batch, row);
        Index best = 0;
        for (Index c = 0; c < classes; ++c) {
            sums.classification += focal_loss(outputs.logits(row, c), c == truth).value;
            if (outputs.logits(row, c) > outputs.logits(row, best)) best = c;
        }
        if (best == truth) sums.correct += 1;
        if (truth == 0) continue;
        for (Index k = 0; k < momentum_columns; ++k)
            sums.regression +=
                huber_loss(static_cast<double>(outputs.momentum(row, k)) - batch.targets(row, 2 + k),
                           deltas[static_cast<std::size_t>(k)])
                    .value;
    }
    return sums;
}

template <class Scalar>
Outputs<Scalar> loss_gradient(const Outputs<Scalar>& outputs, const Batch<Scalar>& batch,
                              const LossSums& of_batch) {
    const double by_class = classification_weight / std::max(of_batch.elements, 1.0);
    const double by_momentum = 1.0 / std::max(of_batch.particles, 1.0);
    Outputs<Scalar> gradient{Matrix<Scalar>(batch.rows(), classes),
                             Matrix<Scalar>::Zero(batch.rows(), momentum_columns)};
    for (Index row = 0; row < batch.rows(); ++row) {
        const Index truth = class_of(batch, row);
        for (Index c = 0; c < classes; ++c)
            gradient.logits(row, c) =
                static_cast<Scalar>(by_class * focal_loss(outputs.logits(row, c), c == truth).derivative);
        if (truth == 0) continue;
        for (Index k = 0; k < momentum_columns; ++k) {
            const double error = static_cast<double>(outputs.momentum(row, k)) - batch.targets(row, 2 + k);
            gradient.momentum(row, k) = static_cast<Scalar>(
                by_momentum * huber_loss(error, deltas[static_cast<std::size_t>(k)]).derivative);
        }
    }
    return gradient;
}

template LossSums count<float>(const Batch<float>&);
template LossSums count<double>(const Batch<double>&);
template LossSums loss<float>(const Outputs<float>&, const Batch<float>&);
template LossSums loss<double>(const Outputs<double>&, const Batch<double>&);
template Outputs<float> loss_gradient<float>(const Outputs<float>&, const Batch<float>&, const LossSums&);
template Outputs<double> loss_gradient<double>(const Outputs<double>&, const Batch<double>&, const LossSums&);

}  // namespace quench::trainer::mlpf

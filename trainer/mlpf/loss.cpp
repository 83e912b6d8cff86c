#include "trainer/mlpf/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace quench::trainer::mlpf {
namespace {

template <class Scalar>
Index class_of(const Batch<Scalar>& batch, Index row) {
    return static_cast<Index>(batch.targets(row, 0));
}

// By how much the terms of a global batch are multiplied.
struct Factors {
    double classification = 0, charge = 0, momentum = 0;
};

Factors factors(const LossOptions& options, const LossSums& of) {
    const bool padded = options.normalization == Normalization::padded;
    const double elements = std::max(padded ? of.padded : of.elements, 1.0);
    const double particles = std::max(padded ? of.padded : of.particles, 1.0);
    return {options.class_weight / elements, options.charge_weight / elements,
            options.momentum_weight / particles};
}

// What an element's terms are multiplied by.
template <class Scalar>
double weight_of(const LossOptions& options, const Batch<Scalar>& batch, Index row) {
    if (options.pt_power == 0) return 1;
    constexpr double least = 0.1, most = 1e6;  // GeV
    const auto pt = static_cast<double>(batch.features(row, feature::pt));
    return std::pow(pt > least ? std::min(pt, most) : least, options.pt_power);  // also for NaN
}

// Cross-entropy of three classes from logits; adds factor * gradient to `gradient` if that is not null.
template <class Scalar>
double cross_entropy(const Scalar* logits, Index truth, double factor, Scalar* gradient) {
    double most = logits[0];
    for (Index c = 1; c < charges; ++c) most = std::max(most, static_cast<double>(logits[c]));
    std::array<double, charges> weight{};
    double sum = 0;
    for (Index c = 0; c < charges; ++c)
        sum += weight[static_cast<std::size_t>(c)] = std::exp(static_cast<double>(logits[c]) - most);
    if (gradient != nullptr)
        for (Index c = 0; c < charges; ++c)
            gradient[c] = static_cast<Scalar>(
                factor * (weight[static_cast<std::size_t>(c)] / sum - (c == truth ? 1.0 : 0.0)));
    return std::log(sum) + most - static_cast<double>(logits[truth]);
}

// The target of a momentum column in the terms that the network predicts it in.
template <class Scalar>
double aim(const Batch<Scalar>& batch, Index row, Index column, Targets targets) {
    const auto target = static_cast<double>(batch.targets(row, 2 + column));
    if (targets == Targets::raw || (column != 0 && column != 4)) return target;
    const auto element =
        static_cast<double>(batch.features(row, column == 0 ? feature::pt : feature::energy));
    const double ratio = std::log(target / element);
    return std::isfinite(ratio) ? ratio : 0.0;
}

}  // namespace

Slope focal_loss(double logit, bool is_target, double alpha, double gamma) {
    const double x = is_target ? logit : -logit;
    const double weight = is_target ? alpha : 1.0 - alpha;
    const double small = std::exp(-std::abs(x));
    const double minus_log_p = std::max(-x, 0.0) + std::log1p(small);
    const double p = (x > 0 ? 1.0 : small) / (1.0 + small);
    const double q = (x > 0 ? small : 1.0) / (1.0 + small);  // 1 - p without cancellation
    const double power = gamma == 2.0 ? q * q : std::pow(q, gamma);
    const double by_x = -weight * power * (gamma * p * minus_log_p + q);
    return {weight * power * minus_log_p, is_target ? by_x : -by_x};
}

Slope huber_loss(double error, double delta) {
    if (std::abs(error) <= delta) return {0.5 * error * error, error};
    return {delta * std::abs(error) - 0.5 * delta * delta, std::copysign(delta, error)};
}

double LossSums::total(const LossOptions& options) const {
    const Factors by = factors(options, *this);
    return by.classification * classification + by.charge * charge + by.momentum * regression;
}

LossSums& LossSums::operator+=(const LossSums& other) {
    classification += other.classification;
    charge += other.charge;
    regression += other.regression;
    elements += other.elements;
    particles += other.particles;
    padded += other.padded;
    correct += other.correct;
    return *this;
}

template <class Scalar>
LossSums count(const Batch<Scalar>& batch) {
    LossSums sums;
    sums.elements = static_cast<double>(batch.rows());
    for (Index row = 0; row < batch.rows(); ++row)
        if (class_of(batch, row) != 0) sums.particles += 1;
    Index longest = 0;
    for (std::size_t e = 0; e + 1 < batch.begin.size(); ++e)
        longest = std::max(longest, batch.begin[e + 1] - batch.begin[e]);
    sums.padded = static_cast<double>(longest) * static_cast<double>(batch.begin.size() - 1);
    return sums;
}

template <class Scalar>
LossSums loss(const LossOptions& options, const Outputs<Scalar>& outputs, const Batch<Scalar>& batch,
              const LossSums& of_batch, Outputs<Scalar>* gradient) {
    const Factors by = factors(options, of_batch);
    LossSums sums = count(batch);
    sums.padded = 0;
    if (gradient != nullptr) {
        gradient->logits.resize(batch.rows(), classes);
        gradient->charge.resize(batch.rows(), charges);
        gradient->momentum.setZero(batch.rows(), momentum_columns);
    }
    for (Index row = 0; row < batch.rows(); ++row) {
        const Index truth = class_of(batch, row);
        const double weight = weight_of(options, batch, row);
        Index best = 0;
        for (Index c = 0; c < classes; ++c) {
            const Slope slope = focal_loss(outputs.logits(row, c), c == truth, options.alpha, options.gamma);
            sums.classification += weight * slope.value;
            if (gradient != nullptr)
                gradient->logits(row, c) = static_cast<Scalar>(by.classification * weight * slope.derivative);
            if (outputs.logits(row, c) > outputs.logits(row, best)) best = c;
        }
        if (best == truth) sums.correct += 1;
        sums.charge +=
            weight * cross_entropy(outputs.charge.row(row).data(),
                                   static_cast<Index>(batch.targets(row, 1)) + 1, weight * by.charge,
                                   gradient != nullptr ? gradient->charge.row(row).data() : nullptr);
        if (truth == 0) continue;
        for (Index k = 0; k < momentum_columns; ++k) {
            const double error =
                static_cast<double>(outputs.momentum(row, k)) - aim(batch, row, k, options.targets);
            const Slope slope =
                huber_loss(error, k == 0 || k == 4 ? options.energy_delta : options.angle_delta);
            sums.regression += weight * slope.value;
            if (gradient != nullptr)
                gradient->momentum(row, k) = static_cast<Scalar>(by.momentum * weight * slope.derivative);
        }
    }
    return sums;
}

template LossSums count<float>(const Batch<float>&);
template LossSums count<double>(const Batch<double>&);
template LossSums loss<float>(const LossOptions&, const Outputs<float>&, const Batch<float>&, const LossSums&,
                              Outputs<float>*);
template LossSums loss<double>(const LossOptions&, const Outputs<double>&, const Batch<double>&,
                               const LossSums&, Outputs<double>*);

}  // namespace quench::trainer::mlpf

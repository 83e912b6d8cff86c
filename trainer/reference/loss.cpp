#include "trainer/reference/loss.hpp"

#include "trainer/reference/dense.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace quench::trainer::reference {

double focal(double logit, bool is_target, double alpha, double gamma) {
    const double p = sigmoid(logit);
    const double p_t = is_target ? p : 1 - p;
    const double alpha_t = is_target ? alpha : 1 - alpha;
    return -alpha_t * std::pow(1 - p_t, gamma) * std::log(p_t);
}

double cross_entropy(const Row& logits, std::size_t truth) {
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit);
    return -std::log(std::exp(logits.at(truth)) / sum);
}

double huber(double error, double delta) {
    const double x = std::abs(error);
    return x <= delta ? x * x / 2 : delta * (x - delta / 2);
}

double loss(const mlpf::LossOptions& options, const std::vector<Judged>& events) {
    constexpr std::array<std::size_t, 5> feature_of{1, 2, 3, 4, 5};
    std::size_t longest = 0;
    for (const Judged& event : events) longest = std::max(longest, event.targets.size());
    double of_classes = 0, of_charges = 0, of_momenta = 0, places = 0, elements = 0, particles = 0;
    for (const Judged& event : events)
        for (std::size_t i = 0; i < longest; ++i) {
            places += 1;
            if (i >= event.targets.size()) continue;  // the mask is 0
            elements += 1;
            const Row& target = event.targets[i];
            const auto truth = static_cast<std::size_t>(target[0]);
            for (std::size_t c = 0; c < event.outputs.logits[i].size(); ++c)
                of_classes += focal(event.outputs.logits[i][c], c == truth, options.alpha, options.gamma);
            of_charges +=
                cross_entropy(event.outputs.charge[i], static_cast<std::size_t>(std::lround(target[1] + 1)));
            if (truth == 0) continue;
            particles += 1;
            for (std::size_t k = 0; k < feature_of.size(); ++k) {
                const bool is_energy = k == 0 || k == 4;
                double aim = target[2 + k];
                if (is_energy && options.targets == mlpf::Targets::log_ratio) {
                    aim = std::log(aim / event.features[i][feature_of[k]]);
                    if (!std::isfinite(aim)) aim = 0;
                }
                of_momenta += huber(event.outputs.momentum[i][k] - aim,
                                    is_energy ? options.energy_delta : options.angle_delta);
            }
        }
    const bool padded = options.normalization == mlpf::Normalization::padded;
    return (options.class_weight * of_classes + options.charge_weight * of_charges) /
               (padded ? places : elements) +
           options.momentum_weight * of_momenta / (padded ? places : particles);
}

}  // namespace quench::trainer::reference

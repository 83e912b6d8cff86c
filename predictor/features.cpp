#include "predictor/features.hpp"

#include <cmath>

namespace quench::predictor {

std::vector<std::size_t> spread_out(std::size_t count, std::size_t most) {
    std::vector<std::size_t> indices;
    if (most == 0 || count <= most) {
        for (std::size_t i = 0; i < count; ++i) indices.push_back(i);
        return indices;
    }
    if (most == 1) return {count - 1};
    for (std::size_t i = 0; i < most; ++i)
        indices.push_back((2 * i * (count - 1) + most - 1) / (2 * (most - 1)));  // rounded
    return indices;
}

std::vector<double> Features::raw(const Curve& curve) const {
    std::vector<double> features;
    if (options_.parameters) features = curve.parameters;
    std::vector<double> values;
    for (const std::size_t i : spread_out(question_.known, options_.most_values))
        values.push_back(curve.values[i]);
    if (options_.curve) features.insert(features.end(), values.begin(), values.end());
    for (std::size_t order = 1; order <= options_.differences && values.size() > 1; ++order) {
        for (std::size_t i = 0; i + 1 < values.size(); ++i) values[i] = values[i + 1] - values[i];
        values.pop_back();
        features.insert(features.end(), values.begin(), values.end());
    }
    return features;
}

double Features::origin(const Curve& curve) const {
    return options_.target == Target::change && question_.known > 0 ? curve.values[question_.known - 1] : 0;
}

base::Result<Features> Features::learn(std::span<const Curve> training, const Question& question,
                                       const FeatureOptions& options) {
    Features learnt;
    learnt.question_ = question;
    learnt.options_ = options;
    std::vector<std::vector<double>> columns;
    std::vector<double> targets;
    for (const Curve& curve : training) {
        const auto features = learnt.raw(curve);
        columns.resize(features.size());
        for (std::size_t f = 0; f < features.size(); ++f) columns[f].push_back(features[f]);
        targets.push_back(curve.values[question.target - 1] - learnt.origin(curve));
    }
    if (columns.empty())
        return base::Error(
            "nothing to learn from (no value of the curve is known, and parameters are not used or not "
            "there) use "
            "parameters, or wait for a step");
    for (const auto& column : columns) learnt.scalers_.emplace_back(options.scaling, column);
    learnt.target_scaler_ = Scaler(options.scaling, targets);
    for (const Curve& curve : training) {
        const auto row = learnt.row(curve);
        learnt.rows_.insert(learnt.rows_.end(), row.begin(), row.end());
    }
    for (const double target : targets) learnt.targets_.push_back(learnt.target_scaler_.forward(target));
    return learnt;
}

std::vector<double> Features::row(const Curve& curve) const {
    auto features = raw(curve);
    for (std::size_t f = 0; f < features.size(); ++f) {
        const double scaled = scalers_[f].forward(features[f]);
        features[f] = std::isfinite(scaled) ? scaled : 0.5;
    }
    return features;
}

}  // namespace quench::predictor

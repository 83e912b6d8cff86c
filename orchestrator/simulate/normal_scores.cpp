#include "orchestrator/simulate/normal_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace quench::orchestrator::simulate {

double normal_quantile(double share) {
    double low = -10, high = 10;  // beyond the quantiles of all shares that are not 0 or 1 beside a half
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (0.5 * std::erfc(-middle / std::numbers::sqrt2) < share ? low : high) = middle;
    }
    return (low + high) / 2;
}

NormalScores::NormalScores(std::span<const double> values)
    : scores_(values.size()), missing_from_(std::numeric_limits<double>::infinity()) {
    const std::size_t n = values.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    const auto missing = std::stable_partition(order.begin(), order.end(),
                                               [&](std::size_t i) { return std::isfinite(values[i]); });
    std::stable_sort(order.begin(), missing,
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    const auto finite = static_cast<std::size_t>(missing - order.begin());
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
        while (end < n && (begin >= finite || (end < finite && values[order[end]] == values[order[begin]])))
            ++end;
        const double score = normal_quantile(static_cast<double>(begin + end) / 2 / static_cast<double>(n));
        for (std::size_t i = begin; i < end; ++i) scores_[order[i]] = score;
        if (begin >= finite) {
            missing_from_ = knot_scores_.empty() ? -missing_from_ : (knot_scores_.back() + score) / 2;
        } else {
            knot_scores_.push_back(score);
            knot_values_.push_back(values[order[begin]]);
        }
    }
}

double NormalScores::value(double score) const {
    if (score >= missing_from_) return std::numeric_limits<double>::quiet_NaN();
    const auto above = std::lower_bound(knot_scores_.begin(), knot_scores_.end(), score);
    if (above == knot_scores_.begin()) return knot_values_.front();
    if (above == knot_scores_.end()) return knot_values_.back();
    const auto i = static_cast<std::size_t>(above - knot_scores_.begin());
    const double part = (score - knot_scores_[i - 1]) / (knot_scores_[i] - knot_scores_[i - 1]);
    return knot_values_[i - 1] + part * (knot_values_[i] - knot_values_[i - 1]);
}

}  // namespace quench::orchestrator::simulate

#include "predictor/scaling.hpp"

#include <algorithm>
#include <cmath>

namespace quench::predictor {

Scaler::Scaler(Scaling scaling, std::span<const double> values) : scaling_(scaling) {
    sorted_.clear();
    for (const double value : values) {
        if (std::isfinite(value)) sorted_.push_back(value);
    }
    if (sorted_.empty()) sorted_ = {0};
    std::ranges::sort(sorted_);
    if (scaling_ == Scaling::min_max) sorted_ = {sorted_.front(), sorted_.back()};
}

double Scaler::forward(double value) const {
    if (std::isnan(value)) return value;
    if (sorted_.front() == sorted_.back()) return 0;
    if (scaling_ == Scaling::min_max) return (value - sorted_.front()) / (sorted_.back() - sorted_.front());
    if (value <= sorted_.front()) return 0;
    if (value >= sorted_.back()) return 1;
    // Ties: the middle of their places.
    const auto first = std::ranges::lower_bound(sorted_, value),
               last = std::ranges::upper_bound(sorted_, value);
    const auto steps = static_cast<double>(sorted_.size() - 1);
    if (first != last)
        return 0.5 * static_cast<double>((first - sorted_.begin()) + (last - 1 - sorted_.begin())) / steps;
    const double below = *(first - 1), above = *first;
    return (static_cast<double>(first - 1 - sorted_.begin()) + (value - below) / (above - below)) / steps;
}

double Scaler::inverse(double scaled) const {
    if (sorted_.front() == sorted_.back()) return sorted_.front();
    if (scaling_ == Scaling::min_max) return sorted_.front() + scaled * (sorted_.back() - sorted_.front());
    const double place = std::clamp(scaled, 0.0, 1.0) * static_cast<double>(sorted_.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), sorted_.size() - 2);
    return sorted_[below] + (place - static_cast<double>(below)) * (sorted_[below + 1] - sorted_[below]);
}

}  // namespace quench::predictor

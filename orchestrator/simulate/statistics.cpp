#include "orchestrator/simulate/statistics.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace quench::orchestrator::simulate {

Estimate mean_of(const std::vector<double>& values) {
    constexpr int resamples = 2000;
    if (values.empty()) {
        const double none = std::numeric_limits<double>::quiet_NaN();
        return {none, none, none};
    }
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    // Equal values have no interval, and their sums must not make one by rounding.
    if (std::all_of(values.begin(), values.end(), [&](double value) { return value == values[0]; }))
        return {values[0], values[0], values[0]};
    base::Rng rng(0, "bootstrap", values.size());
    std::vector<double> means;
    for (int i = 0; i < resamples; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < values.size(); ++j) sum += values[rng.below(values.size())];
        means.push_back(sum / n);
    }
    std::sort(means.begin(), means.end());
    return {mean, quantile(means, 0.025), quantile(means, 0.975)};
}

double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = at - static_cast<double>(below);
    return part == 0 ? sorted[below] : sorted[below] * (1 - part) + sorted[above] * part;
}

}  // namespace quench::orchestrator::simulate

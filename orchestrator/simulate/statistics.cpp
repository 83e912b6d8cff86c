#include "orchestrator/simulate/statistics.hpp"

#include "base/quantile.hpp"
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
    return {mean, base::quantile(means, 0.025), base::quantile(means, 0.975)};
}

}  // namespace quench::orchestrator::simulate

#include "search/sampler/gp/expected_improvement.hpp"

#include <cmath>
#include <numbers>

namespace quench::search::sampler {

LogImprovement log_expected_improvement(double mean, double deviation, double incumbent) {
    // EI = deviation * h(z) with h(z) = phi(z) + z Phi(z), and h' = Phi.
    constexpr double log_root_two_pi = 0.91893853320467274178;
    const double z = (incumbent - mean) / deviation;
    double log_h, slope;  // of log h
    if (z > -20) {        // phi and z Phi cancel to 1 / z^2 of themselves: 1e-13 relative is left
        const double phi = std::exp(-0.5 * z * z - log_root_two_pi);
        const double cumulated = 0.5 * std::erfc(-z / std::numbers::sqrt2);
        const double h = phi + z * cumulated;
        log_h = std::log(h);
        slope = cumulated / h;
    } else {
        // h = phi / z^2 (1 - 3/z^2 + 15/z^4 - 105/z^6 + ...), Mills' ratio expanded; the next term is 4e-8.
        const double s = 1 / (z * z);
        const double series = 1 - 3 * s + 15 * s * s - 105 * s * s * s;
        const double series_slope = (6 * s - 60 * s * s + 630 * s * s * s) / z;
        log_h = -0.5 * z * z - log_root_two_pi + std::log(s) + std::log(series);
        slope = -z - 2 / z + series_slope / series;
    }
    return {std::log(deviation) + log_h, -slope / deviation, (1 - z * slope) / deviation};
}

}  // namespace quench::search::sampler

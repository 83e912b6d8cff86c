#include "search/sampler/gp/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quench::search::sampler {
namespace {

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double squares = 0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    return squares / static_cast<double>(values.size());
}

/// Scaled by the largest first, so that squares of huge values do not overflow.
void standardise(std::vector<double>& values) {
    double largest = 0;
    for (const double v : values) largest = std::max(largest, std::abs(v));
    if (largest > 0)
        for (double& v : values) v /= largest;
    const double mean = mean_of(values);
    const double deviation = std::sqrt(variance_of(values));
    for (double& v : values) v = deviation > 1e-14 ? (v - mean) / deviation : 0;
}

double yeo_johnson(double y, double power) {
    if (y >= 0) return std::abs(power) < 1e-9 ? std::log1p(y) : std::expm1(power * std::log1p(y)) / power;
    const double other = 2 - power;
    return std::abs(other) < 1e-9 ? -std::log1p(-y) : -std::expm1(other * std::log1p(-y)) / other;
}

std::vector<double> transformed(std::vector<double> values, double power) {
    for (double& v : values) v = yeo_johnson(v, power);
    return values;
}

/// Of the power, up to a constant: the values become a normal sample.
double log_likelihood(const std::vector<double>& values, double power) {
    double jacobian = 0;
    for (const double v : values) jacobian += std::copysign(std::log1p(std::abs(v)), v);
    return -0.5 * static_cast<double>(values.size()) *
               std::log(variance_of(transformed(values, power)) + 1e-300) +
           (power - 1) * jacobian;
}

}  // namespace

std::vector<double> normalised(std::vector<double> values) {
    if (values.empty()) return values;
    standardise(values);
    // The likelihood has one maximum in the power (Yeo and Johnson, theorem 2); golden section to 0.01.
    constexpr double ratio = 0.6180339887498949;
    double low = -3, high = 2;  // beyond 2 the good end would be stretched
    while (high - low > 0.01) {
        const double a = high - ratio * (high - low);
        const double b = low + ratio * (high - low);
        (log_likelihood(values, a) > log_likelihood(values, b) ? high : low) =
            log_likelihood(values, a) > log_likelihood(values, b) ? b : a;
    }
    values = transformed(std::move(values), 0.5 * (low + high));
    standardise(values);
    return values;
}

}  // namespace quench::search::sampler

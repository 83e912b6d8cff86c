#include "trainer/metrics/statistics.hpp"

#include "base/contract.hpp"
#include "base/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::metrics {

std::optional<double> Tally::share() const {
    return whole > 0 ? std::optional(static_cast<double>(part) / static_cast<double>(whole)) : std::nullopt;
}

void Moments::add(double x) {
    n += 1;
    sum += x;
    squares += x * x;
}

Moments& Moments::operator+=(const Moments& other) {
    n += other.n;
    sum += other.sum;
    squares += other.squares;
    return *this;
}

std::optional<double> Moments::mean() const {
    return n > 0 ? std::optional(sum / n) : std::nullopt;
}

std::optional<double> Moments::deviation() const {
    if (!(n > 0)) return std::nullopt;
    const double m = sum / n;
    return std::sqrt(std::max(squares / n - m * m, 0.0));
}

std::optional<double> Quantiles::iqr() const {
    return p25 && p75 ? std::optional(*p75 - *p25) : std::nullopt;
}

std::optional<double> Quantiles::iqr_over_median() const {
    return median && *median != 0 ? std::optional((*p75 - *p25) / *median) : std::nullopt;
}

Quantiles quantiles_of(std::vector<double> samples) {
    if (samples.empty()) return {};
    std::ranges::sort(samples);
    const auto at = [&](double share) { return base::quantile(samples, share); };
    return {samples.size(), at(0.5), at(0.25), at(0.75)};
}

std::optional<double> wasserstein_distance(std::vector<double> a, std::vector<double> b) {
    if (a.empty() || b.empty()) return std::nullopt;
    std::ranges::sort(a);
    std::ranges::sort(b);
    double area = 0, last = std::min(a.front(), b.front());
    // i of a and j of b lie at or below `last`.
    for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
        const bool next_is_a = j == b.size() || (i < a.size() && a[i] <= b[j]);
        const double next = next_is_a ? a[i] : b[j];
        const double height = static_cast<double>(i) / static_cast<double>(a.size()) -
                              static_cast<double>(j) / static_cast<double>(b.size());
        area += std::abs(height) * (next - last);
        last = next;
        next_is_a ? ++i : ++j;
    }
    return area;
}

std::optional<double> correlation(std::span<const double> a, std::span<const double> b) {
    QUENCH_CHECK(a.size() == b.size(), "a correlation of samples that are not pairs");
    const auto n = static_cast<double>(a.size());
    double mean_a = 0, mean_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        mean_a += a[i];
        mean_b += b[i];
    }
    // Divided last: of samples that are all one number the mean is that number.
    mean_a /= n;
    mean_b /= n;
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
    if (!(aa > 0) || !(bb > 0)) return std::nullopt;
    return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

}  // namespace quench::trainer::metrics

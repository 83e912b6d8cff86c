#include "predictor/measures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quench::predictor {
namespace {

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> found(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        for (std::size_t i = begin; i < end; ++i)
            found[order[i]] = 0.5 * static_cast<double>(begin + end - 1);
        begin = end;
    }
    return found;
}

/// What numbers are divided by, so that squares of huge ones are finite.
double magnitude(std::span<const double> truths, std::span<const double> values) {
    double largest = 0;
    for (const double value : truths) largest = std::max(largest, std::abs(value));
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest > 0 ? largest : 1;
}

}  // namespace

double r2(std::span<const double> truths, std::span<const double> values) {
    if (truths.empty()) return 0;
    const auto [smallest, largest] = std::ranges::minmax(truths);
    if (smallest == largest) return std::ranges::equal(truths, values) ? 1 : 0;
    const double unit = magnitude(truths, values);
    double centre = 0;
    for (const double truth : truths) centre += truth / unit / static_cast<double>(truths.size());
    double residual = 0, total = 0;
    for (std::size_t i = 0; i < truths.size(); ++i) {
        const double truth = truths[i] / unit;
        residual += (truth - values[i] / unit) * (truth - values[i] / unit);
        total += (truth - centre) * (truth - centre);
    }
    if (total == 0) return residual == 0 ? 1 : 0;
    return 1 - residual / total;
}

double root_mean_square_error(std::span<const double> truths, std::span<const double> values) {
    if (truths.empty()) return 0;
    const double unit = magnitude(truths, values);
    double square = 0;
    for (std::size_t i = 0; i < truths.size(); ++i) {
        const double error = truths[i] / unit - values[i] / unit;
        square += error * error;
    }
    return unit * std::sqrt(square / static_cast<double>(truths.size()));
}

double rank_correlation(std::span<const double> truths, std::span<const double> values) {
    if (truths.empty()) return 0;
    const auto a = ranks(truths), b = ranks(values);
    const double mean_a = mean(a), mean_b = mean(b);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

}  // namespace quench::predictor

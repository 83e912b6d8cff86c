// What is said of samples. Everything is deterministic; nothing is NaN: where there is no answer there is
// none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quench::trainer::metrics {

/// A number of things, and how many of them are in question.
struct Tally {
    std::uint64_t part = 0, whole = 0;

    /// part / whole; nothing of nothing.
    [[nodiscard]] std::optional<double> share() const;
    friend bool operator==(const Tally&, const Tally&) = default;
};

/// Sums of samples. They add up; in double, so that the result depends on the order of addition.
struct Moments {
    double n = 0, sum = 0, squares = 0;

    void add(double x);
    Moments& operator+=(const Moments& other);
    [[nodiscard]] std::optional<double> mean() const;
    /// Of the samples as a whole, divided by n; 0 for one sample.
    [[nodiscard]] std::optional<double> deviation() const;
    friend bool operator==(const Moments&, const Moments&) = default;
};

/// The middle of samples and how wide they lie.
struct Quantiles {
    std::size_t n = 0;
    std::optional<double> median{}, p25{}, p75{};

    /// p75 - p25.
    [[nodiscard]] std::optional<double> iqr() const;
    /// The resolution of jets as papers give it.
    [[nodiscard]] std::optional<double> iqr_over_median() const;
    friend bool operator==(const Quantiles&, const Quantiles&) = default;
};

/// Interpolated linearly between neighbours, as by numpy.quantile. Finite samples, in any order.
Quantiles quantiles_of(std::vector<double> samples);

/// 1-D Wasserstein distance of two samples, the area between their distribution functions, as by
/// scipy.stats.wasserstein_distance; in the unit of the samples. Nothing if either is empty.
std::optional<double> wasserstein_distance(std::vector<double> a, std::vector<double> b);

/// Pearson's. Nothing if either does not vary. `a` and `b` are of one length.
std::optional<double> correlation(std::span<const double> a, std::span<const double> b);

}  // namespace quench::trainer::metrics

#include "trainer/metrics/statistics.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

std::vector<double> random_samples(std::uint64_t which, std::size_t n) {
    base::Rng rng(1, "test.statistics", which);
    std::vector<double> out(n);
    // Rounded, so that some are equal.
    for (double& x : out) x = std::round(10 * (rng.normal() + 0.1 * static_cast<double>(which))) / 10;
    return out;
}

// The area between distribution functions, each counted anew between every two neighbouring samples.
double area_between(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> places = a;
    places.insert(places.end(), b.begin(), b.end());
    std::ranges::sort(places);
    const auto below = [](const std::vector<double>& samples, double x) {
        return static_cast<double>(std::ranges::count_if(samples, [x](double s) { return s <= x; })) /
               static_cast<double>(samples.size());
    };
    double area = 0;
    for (std::size_t i = 0; i + 1 < places.size(); ++i)
        area += std::abs(below(a, places[i]) - below(b, places[i])) * (places[i + 1] - places[i]);
    return area;
}

TEST(quantiles, are_those_of_numpy) {
    // numpy.quantile([1, 2, 4, 8, 16, 32], [.25, .5, .75]) = [2.5, 6, 14]
    const Quantiles q = quantiles_of({32, 1, 16, 2, 8, 4});
    EXPECT_EQ(q.n, 6u);
    EXPECT_DOUBLE_EQ(*q.p25, 2.5);
    EXPECT_DOUBLE_EQ(*q.median, 6);
    EXPECT_DOUBLE_EQ(*q.p75, 14);
    EXPECT_DOUBLE_EQ(*q.iqr(), 11.5);
    EXPECT_DOUBLE_EQ(*q.iqr_over_median(), 11.5 / 6);
}

TEST(quantiles, of_one_sample_are_that_sample_and_of_none_are_nothing) {
    const Quantiles one = quantiles_of({3});
    EXPECT_EQ(one.median, 3);
    EXPECT_EQ(one.iqr(), 0);
    const Quantiles none = quantiles_of({});
    EXPECT_EQ(none, Quantiles{});
    EXPECT_FALSE(none.iqr());
    EXPECT_FALSE(none.iqr_over_median());
}

TEST(quantiles, leave_half_of_the_samples_on_either_side) {
    for (std::uint64_t i = 0; i < 20; ++i) {
        const std::vector<double> samples = random_samples(i, 1 + 7 * i);
        const Quantiles q = quantiles_of(samples);
        const auto share = [&](double x) {
            return static_cast<double>(std::ranges::count_if(samples, [x](double s) { return s <= x; })) /
                   static_cast<double>(samples.size());
        };
        EXPECT_GE(share(*q.median), 0.5 - 0.5 / static_cast<double>(samples.size()));
        EXPECT_LE(*q.p25, *q.median);
        EXPECT_LE(*q.median, *q.p75);
    }
}

TEST(wasserstein_distance, is_the_area_between_distribution_functions) {
    for (std::uint64_t i = 0; i < 30; ++i) {
        const std::vector<double> a = random_samples(2 * i, 1 + i),
                                  b = random_samples(2 * i + 1, 1 + 3 * i % 17);
        EXPECT_NEAR(*wasserstein_distance(a, b), area_between(a, b), 1e-12);
        EXPECT_NEAR(*wasserstein_distance(b, a), area_between(a, b), 1e-12);
    }
}

TEST(wasserstein_distance, of_samples_of_one_size_is_the_mean_distance_of_the_sorted) {
    // scipy.stats.wasserstein_distance([0, 1, 3], [5, 6, 8]) = 5
    EXPECT_DOUBLE_EQ(*wasserstein_distance({0, 1, 3}, {5, 6, 8}), 5);
    // scipy.stats.wasserstein_distance([0, 1], [0, 1, 1]): 1/6 of the way 1
    EXPECT_NEAR(*wasserstein_distance({0, 1}, {0, 1, 1}), 1.0 / 6, 1e-15);
    EXPECT_EQ(wasserstein_distance({2, 7, 1}, {1, 2, 7}), 0);
    EXPECT_FALSE(wasserstein_distance({}, {1}));
    EXPECT_FALSE(wasserstein_distance({1}, {}));
}

TEST(moments, are_mean_and_deviation_in_two_passes) {
    const std::vector<double> samples = random_samples(3, 200);
    Moments moments;
    for (const double x : samples) moments.add(x);
    const double n = static_cast<double>(samples.size());
    const double mean = std::accumulate(samples.begin(), samples.end(), 0.0) / n;
    double squares = 0;
    for (const double x : samples) squares += (x - mean) * (x - mean);
    EXPECT_NEAR(*moments.mean(), mean, 1e-12);
    EXPECT_NEAR(*moments.deviation(), std::sqrt(squares / n), 1e-12);
    EXPECT_FALSE(Moments{}.mean());
    EXPECT_FALSE(Moments{}.deviation());
}

TEST(correlation, is_the_cosine_of_what_is_left_of_the_means) {
    EXPECT_NEAR(*correlation(std::vector<double>{1, 2, 3}, std::vector<double>{2, 4, 6}), 1, 1e-12);
    EXPECT_NEAR(*correlation(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2, 1}), -1, 1e-12);
    // numpy.corrcoef([1, 2, 3, 4], [1, 3, 2, 4])[0, 1] = 0.8
    EXPECT_NEAR(*correlation(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 3, 2, 4}), 0.8, 1e-12);
    EXPECT_FALSE(correlation(std::vector<double>{7, 7, 7}, std::vector<double>{1, 2, 3}));
    EXPECT_FALSE(correlation({}, {}));
}

TEST(tally, of_nothing_has_no_share) {
    EXPECT_FALSE(Tally{}.share());
    EXPECT_EQ((Tally{1, 4}.share()), 0.25);
}

}  // namespace
}  // namespace quench::trainer::metrics

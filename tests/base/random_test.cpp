#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace quench::base {
namespace {

// Known answers published with Random123 (kat_vectors, philox4x32 10 rounds).
TEST(random, philox_gives_the_published_answers) {
    using Block = std::array<std::uint32_t, 4>;
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
              (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(random, the_same_key_gives_the_same_numbers_and_any_other_key_others) {
    Rng a(7, "proposal", 3), b(7, "proposal", 3);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(a.bits(), b.bits());
    const std::uint64_t first = Rng(7, "proposal", 3).bits();
    EXPECT_NE(first, Rng(8, "proposal", 3).bits());
    EXPECT_NE(first, Rng(7, "proposal", 4).bits());
    EXPECT_NE(first, Rng(7, "shuffle", 3).bits());
}

struct Moments {
    double mean = 0, variance = 0;
};

template <class Draw>
Moments moments_of(Draw draw, int n) {
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
        const double x = draw();
        sum += x;
        squares += x * x;
    }
    return {sum / n, squares / n - (sum / n) * (sum / n)};
}

// n = 200,000 draws: the mean of a variable with deviation s is known to s/sqrt(n); 5 of those are allowed, a
// chance of 6e-7 each, and the seed is fixed.
TEST(random, distributions_have_their_moments) {
    constexpr int n = 200'000;
    Rng rng(1, "moments");
    const auto uniform = moments_of([&] { return rng.uniform(); }, n);
    EXPECT_NEAR(uniform.mean, 0.5, 5 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(uniform.variance, 1.0 / 12, 5 * std::sqrt(1.0 / 180 / n));
    const auto normal = moments_of([&] { return rng.normal(); }, n);
    EXPECT_NEAR(normal.mean, 0, 5 * std::sqrt(1.0 / n));
    EXPECT_NEAR(normal.variance, 1, 5 * std::sqrt(2.0 / n));
    const auto exponential = moments_of([&] { return rng.exponential(); }, n);
    EXPECT_NEAR(exponential.mean, 1, 5 * std::sqrt(1.0 / n));
    EXPECT_NEAR(exponential.variance, 1, 5 * std::sqrt(8.0 / n));
    for (const double mean : {0.0, 0.7, 12.0, 700.0}) {
        const auto poisson = moments_of([&] { return static_cast<double>(rng.poisson(mean)); }, 20'000);
        EXPECT_NEAR(poisson.mean, mean, 5 * std::sqrt(mean / 20'000)) << mean;
        EXPECT_NEAR(poisson.variance, mean, 5 * std::sqrt((mean + 2 * mean * mean) / 20'000)) << mean;
    }
}

TEST(random, below_hits_every_value_equally) {
    Rng rng(2, "below");
    std::array<int, 7> hits{};
    for (int i = 0; i < 70'000; ++i) ++hits.at(rng.below(7));
    for (const int h : hits) EXPECT_NEAR(h, 10'000, 5 * std::sqrt(10'000.0 * 6 / 7));
    EXPECT_EQ(Rng(3, "one").below(1), 0u);
}

TEST(random, a_shuffle_keeps_every_item) {
    std::vector<int> items(1000);
    std::iota(items.begin(), items.end(), 0);
    const auto before = items;
    Rng(4, "shuffle").shuffle(items);
    EXPECT_NE(items, before);
    std::sort(items.begin(), items.end());
    EXPECT_EQ(items, before);
}

}  // namespace
}  // namespace quench::base

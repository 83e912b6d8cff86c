#include "trainer/training/scaling.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

TEST(scaling, a_power_law_has_its_power) {
    for (const double power : {0.5, 1.0, 2.0}) {
        std::vector<Cost> costs;
        for (const std::size_t n : {100U, 200U, 700U, 5000U})
            costs.push_back({n, 3e-6 * std::pow(static_cast<double>(n), power)});
        EXPECT_NEAR(fitted_exponent(costs).value(), power, 1e-12);
    }
}

TEST(scaling, sizes_that_are_too_alike_give_no_power) {
    EXPECT_FALSE(fitted_exponent({}));
    EXPECT_FALSE(fitted_exponent(std::vector<Cost>{{100, 1.0}}));
    EXPECT_FALSE(fitted_exponent(std::vector<Cost>{{100, 1.0}, {199, 2.0}, {0, 5.0}}));
    EXPECT_TRUE(fitted_exponent(std::vector<Cost>{{100, 1.0}, {200, 2.0}}));
}

TEST(scaling, every_event_is_in_the_bin_of_its_size) {
    std::vector<Cost> costs;
    for (std::size_t n = 130; n <= 655; n += 5) costs.push_back({n, 2e-3 * static_cast<double>(n)});
    const std::vector<SizeBin> bins = by_size(costs);
    ASSERT_LE(bins.size(), 11U);
    EXPECT_EQ(bins.front().from, 100U);
    EXPECT_EQ(bins.front().to, 200U);
    std::size_t events = 0;
    for (const SizeBin& bin : bins) {
        events += bin.events;
        EXPECT_NEAR(bin.per_1000, 2.0, 1e-12);
        EXPECT_GE(bin.median, 2e-3 * static_cast<double>(bin.from));
        EXPECT_LT(bin.p95, 2e-3 * static_cast<double>(bin.to));
    }
    EXPECT_EQ(events, costs.size());
    EXPECT_TRUE(by_size({}).empty());
    EXPECT_EQ(by_size(std::vector<Cost>{{0, 0.0}}).at(0).per_1000, 0);
}

}  // namespace
}  // namespace quench::trainer::training

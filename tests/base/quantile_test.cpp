#include "base/quantile.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

namespace quench::base {
namespace {

TEST(quantile, is_that_of_numpy) {
    EXPECT_EQ(quantile(std::array{1.0, 2.0, 3.0, 4.0}, 0.5), 2.5);
    // numpy.quantile([1, 2, 3, 4, 5], .95)
    EXPECT_NEAR(quantile(std::array{1.0, 2.0, 3.0, 4.0, 5.0}, 0.95), 4.8, 1e-12);
    EXPECT_EQ(quantile(std::array{1.0, 2.0}, 0.25), 1.25);
    EXPECT_EQ(quantile(std::array{1.0, 2.0}, 0), 1);
    EXPECT_EQ(quantile(std::array{1.0, 2.0}, 1), 2);
    EXPECT_EQ(quantile(std::array{7.0}, 0.9), 7);
}

TEST(quantile, of_infinite_values_is_infinite_and_never_nan) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    EXPECT_EQ(quantile(std::array{1.0, 2.0, inf}, 0.5), 2);
    EXPECT_EQ(quantile(std::array{1.0, 2.0, inf}, 0.75), inf);
    EXPECT_EQ(quantile(std::array{inf, inf}, 0.3), inf);
}

}  // namespace
}  // namespace quench::base

#include "orchestrator/simulate/statistics.hpp"

#include "base/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

TEST(statistics, equal_values_have_no_interval) {
    const Estimate e = mean_of({3213, 3213, 3213});
    EXPECT_EQ(e.mean, 3213);
    EXPECT_EQ(e.low, 3213);
    EXPECT_EQ(e.high, 3213);
    EXPECT_TRUE(std::isnan(mean_of({}).mean));
}

/// 1.96 standard errors of 400 standard normals are 0.098; the interval's own noise is some 5 % of that.
TEST(statistics, the_interval_of_normal_values_is_that_of_their_standard_error) {
    base::Rng rng(1, "normals");
    std::vector<double> values;
    for (int i = 0; i < 400; ++i) values.push_back(rng.normal());
    const Estimate e = mean_of(values);
    EXPECT_NEAR(e.high - e.low, 2 * 0.098, 0.03);
    EXPECT_LT(e.low, e.mean);
    EXPECT_GT(e.high, e.mean);
    EXPECT_EQ(mean_of(values).low, e.low);
}

TEST(statistics, the_interval_holds_the_truth_as_often_as_it_says) {
    int held = 0;
    for (std::uint64_t i = 0; i < 400; ++i) {
        base::Rng rng(i, "exponentials");
        std::vector<double> values;
        for (int j = 0; j < 60; ++j) values.push_back(rng.exponential());
        const Estimate e = mean_of(values);
        if (e.low <= 1 && 1 <= e.high) ++held;
    }
    // 95 % of 400 is 380; percentile intervals of skewed values hold a little less (Efron), sd is 4.4.
    EXPECT_GT(held, 356);
    EXPECT_LT(held, 394);
}

}  // namespace
}  // namespace quench::orchestrator::simulate

#include "orchestrator/simulate/normal_scores.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(normal_scores, quantiles_are_those_of_tables) {
    EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
    EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-9);
    EXPECT_NEAR(normal_quantile(0.001), -3.090232306167813, 1e-9);
}

TEST(normal_scores, keep_the_order_and_lead_back_to_the_values) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        base::Rng rng(seed, "values");
        std::vector<double> values(1 + rng.below(60));
        for (double& value : values) value = std::exp(10 * rng.normal());
        for (std::size_t i = values.size() / 2; i > 0; --i)
            values[rng.below(values.size())] = rng.below(3) == 0 ? nan : values[rng.below(values.size())];
        const NormalScores scores(values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double back = scores.value(scores.scores()[i]);
            EXPECT_TRUE(std::isnan(values[i]) ? std::isnan(back)
                                              : std::abs(back - values[i]) <= 1e-12 * values[i])
                << back << " for " << values[i];
            for (std::size_t j = 0; j < values.size(); ++j) {
                if (values[i] < values[j] || (std::isnan(values[j]) && !std::isnan(values[i]))) {
                    EXPECT_LT(scores.scores()[i], scores.scores()[j]);
                } else if (values[i] == values[j]) {
                    EXPECT_EQ(scores.scores()[i], scores.scores()[j]);
                }
            }
        }
    }
}

TEST(normal_scores, between_two_values_are_those_between_and_beyond_them_none) {
    const NormalScores scores(std::vector<double>{3, 1, 2});
    EXPECT_EQ(scores.value(-9), 1);
    EXPECT_EQ(scores.value(9), 3);
    EXPECT_NEAR(scores.value((scores.scores()[1] + scores.scores()[2]) / 2), 1.5, 1e-9);
}

TEST(normal_scores, without_any_value_there_is_none) {
    const NormalScores scores(std::vector<double>{nan, nan});
    EXPECT_TRUE(std::isnan(scores.value(-9)));
    EXPECT_TRUE(std::isnan(scores.value(9)));
}

}  // namespace
}  // namespace quench::orchestrator::simulate

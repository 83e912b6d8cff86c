#include "trainer/nn/optimizer.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::trainer::nn {
namespace {

TEST(optimizer, the_first_step_of_adam_is_the_learning_rate_downhill) {
    // m / (1 - b1) = g and sqrt(v / (1 - b2)) = |g|, so that the step is lr g / (|g| + eps').
    const OptimizerOptions options{.lr = 0.1};
    auto state = make_optimizer_state<double>(options, 3);
    std::vector<double> x = {1.0, 1.0, 1.0};
    const std::vector<double> g = {5.0, -0.01, 0.0};
    optimizer_step<double>(options, state, x, g);
    EXPECT_NEAR(x[0], 0.9, 1e-6);
    EXPECT_NEAR(x[1], 1.1, 1e-4);
    EXPECT_EQ(x[2], 1.0);
    EXPECT_EQ(state.steps, 1U);
}

TEST(optimizer, descent_with_momentum_has_its_closed_form) {
    const OptimizerOptions options{.kind = OptimizerOptions::Kind::sgd, .lr = 0.5, .momentum = 0.5};
    auto state = make_optimizer_state<double>(options, 1);
    EXPECT_TRUE(state.second.empty());
    std::vector<double> x = {0.0};
    for (int i = 0; i < 3; ++i) optimizer_step<double>(options, state, x, std::vector<double>{1.0});
    EXPECT_DOUBLE_EQ(x[0], -0.5 * (1.0 + 1.5 + 1.75));
}

TEST(optimizer, both_find_the_minimum_of_a_parabola) {
    for (const auto kind : {OptimizerOptions::Kind::adam, OptimizerOptions::Kind::sgd}) {
        const OptimizerOptions options{.kind = kind, .lr = 0.02};
        auto state = make_optimizer_state<double>(options, 1);
        std::vector<double> x = {3.0};
        for (int i = 0; i < 2000; ++i)
            optimizer_step<double>(options, state, x, std::vector<double>{2 * (x[0] - 1)});
        EXPECT_NEAR(x[0], 1.0, 1e-3);
    }
}

}  // namespace
}  // namespace quench::trainer::nn

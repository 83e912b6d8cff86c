#include "trainer/nn/optimizer.hpp"

#include "base/random.hpp"

#include <cmath>
#include <limits>
#include <vector>

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

using Kind = OptimizerOptions::Kind;

TEST(optimizer, one_step_of_adamw_worked_by_hand) {
    // First step: 2 - 0.1 * 0.5 * 2 = 1.9 of decay, and one learning rate downhill.
    const OptimizerOptions options{.kind = Kind::adamw, .lr = 0.1, .epsilon = 1e-12, .weight_decay = 0.5};
    auto state = make_optimizer_state<double>(options, 2);
    std::vector<double> x = {2.0, 2.0};
    optimizer_step<double>(options, state, x, std::vector<double>{3.0, 0.0});
    EXPECT_NEAR(x[0], 1.8, 1e-9);
    EXPECT_NEAR(x[1], 1.9, 1e-12) << "what has no gradient decays too";
}

TEST(optimizer, a_gradient_longer_than_its_limit_keeps_its_direction_and_a_shorter_one_its_length) {
    const OptimizerOptions options{.kind = Kind::sgd, .lr = 1, .momentum = 0, .clip_norm = 2.5};
    auto state = make_optimizer_state<double>(options, 2);
    std::vector<double> x = {0, 0};
    optimizer_step<double>(options, state, x, std::vector<double>{3, -4});
    EXPECT_DOUBLE_EQ(x[0], -1.5);
    EXPECT_DOUBLE_EQ(x[1], 2.0);
    x = {0, 0};
    optimizer_step<double>(options, state, x, std::vector<double>{0.3, -0.4});
    EXPECT_DOUBLE_EQ(x[0], -0.3);
    EXPECT_DOUBLE_EQ(x[1], 0.4);
}

TEST(optimizer, a_norm_neither_overflows_nor_loses_small_gradients) {
    EXPECT_DOUBLE_EQ(norm<float>(std::vector<float>(9, 1e30F)), 3.0 * static_cast<double>(1e30F));
    std::vector<float> g(1 << 20, 1.0F);
    g[0] = 1e4F;
    EXPECT_DOUBLE_EQ(norm<float>(g), std::sqrt(1e8 + (1 << 20) - 1));
    EXPECT_EQ(norm<float>(std::vector<float>{}), 0.0);
    g[5] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(norm<float>(g)));
}

// The papers' algorithms, number by number in double, with bias-corrected moments in full (and so epsilon
// scaled as Keras has it).
double by_the_paper(const OptimizerOptions& o, double x, const std::vector<double>& gradients) {
    double m = 0, v = 0;
    for (std::size_t t = 1; t <= gradients.size(); ++t) {
        const double g = gradients[t - 1];
        if (o.kind == Kind::sgd) {
            m = o.momentum * m + g;
            x -= o.lr * m;
            continue;
        }
        m = o.beta1 * m + (1 - o.beta1) * g;
        v = o.beta2 * v + (1 - o.beta2) * g * g;
        const double c2 = 1 - std::pow(o.beta2, static_cast<double>(t));
        const double m_hat = m / (1 - std::pow(o.beta1, static_cast<double>(t)));
        const double decay = o.kind == Kind::adamw ? o.weight_decay * x : 0.0;
        x -= o.lr * (m_hat / (std::sqrt(v / c2) + o.epsilon / std::sqrt(c2)) + decay);
    }
    return x;
}

TEST(optimizer, fifty_steps_in_single_precision_follow_the_papers) {
    constexpr std::size_t n = 37, steps = 50;  // no whole number of vectors
    for (const Kind kind : {Kind::adam, Kind::adamw, Kind::sgd}) {
        const OptimizerOptions options{.kind = kind, .lr = 0.01};
        auto state = make_optimizer_state<float>(options, n);
        base::Rng rng(1, "test.optimizer");
        std::vector<float> x(n), first(n);
        for (std::size_t i = 0; i < n; ++i) x[i] = first[i] = static_cast<float>(rng.normal());
        std::vector<std::vector<double>> seen(n);
        for (std::size_t t = 0; t < steps; ++t) {
            std::vector<float> g(n);
            for (std::size_t i = 0; i < n; ++i) {
                g[i] = static_cast<float>(rng.normal() * std::pow(10.0, static_cast<double>(i % 7) - 5));
                seen[i].push_back(static_cast<double>(g[i]));
            }
            optimizer_step<float>(options, state, x, g);
        }
        for (std::size_t i = 0; i < n; ++i) {
            const double expected = by_the_paper(options, static_cast<double>(first[i]), seen[i]);
            EXPECT_NEAR(static_cast<double>(x[i]), expected, 5e-6 * std::max(1.0, std::abs(expected)))
                << static_cast<int>(kind) << " " << i;
        }
    }
}

}  // namespace
}  // namespace quench::trainer::nn

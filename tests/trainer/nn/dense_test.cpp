#include "trainer/nn/dense.hpp"

#include "gradient.hpp"

namespace quench::trainer::nn {
namespace {

TEST(dense, elu_and_sigmoid_have_their_values) {
    Matrix<double> x(1, 4);
    x << -1e3, -1.0, 0.0, 2.0;
    const Matrix<double> y = elu<double>(x);
    EXPECT_DOUBLE_EQ(y(0, 0), -1.0);
    EXPECT_DOUBLE_EQ(y(0, 1), std::exp(-1.0) - 1.0);
    EXPECT_DOUBLE_EQ(y(0, 2), 0.0);
    EXPECT_DOUBLE_EQ(y(0, 3), 2.0);
    const Matrix<double> s = sigmoid<double>(x);
    EXPECT_DOUBLE_EQ(s(0, 0), 0.0);
    EXPECT_DOUBLE_EQ(s(0, 2), 0.5);
    EXPECT_DOUBLE_EQ(s(0, 3), 1.0 / (1.0 + std::exp(-2.0)));
}

TEST(dense, gradients_agree_with_central_differences) {
    for (const Index layers : {0, 1, 3}) {
        Parameters<double> parameters(7);
        const Ffn<double> ffn(parameters, "ffn", {.in = 5, .hidden = 6, .layers = layers, .out = 4});
        Matrix<double> x = random_matrix(9, 5, 1);
        const Matrix<double> weight = random_matrix(9, 4, 2);
        Ffn<double>::Cache cache;
        const auto f = [&] { return ffn.forward(parameters, x, cache).cwiseProduct(weight).sum(); };
        (void)f();
        parameters.clear_gradients();
        const Matrix<double> dx = ffn.backward(parameters, cache, weight);
        EXPECT_LE(worst_gradient_error(parameters.values(), parameters.gradients(), f), gradient_tolerance);
        EXPECT_LE(worst_gradient_error(span_of(x), span_of(dx), f), gradient_tolerance);
    }
}

TEST(parameters, an_array_begins_the_same_whatever_else_is_registered) {
    Parameters<float> alone(7);
    const Slice a = alone.add("a", 3, 4, {Initial::Kind::glorot});
    Parameters<float> second(7);
    (void)second.add("b", 5, 5, {Initial::Kind::normal, 0.1});
    const Slice b = second.add("a", 3, 4, {Initial::Kind::glorot});
    EXPECT_EQ(alone.value(a), second.value(b));
    EXPECT_EQ(b.offset, 25);
    EXPECT_EQ(second.size(), 37U);
    EXPECT_EQ(second.gradients().size(), 37U);
}

}  // namespace
}  // namespace quench::trainer::nn

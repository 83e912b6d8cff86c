#include "trainer/nn/dense.hpp"

#include "gradient.hpp"
#include "trainer/nn/layer_norm.hpp"

namespace quench::trainer::nn {
namespace {

TEST(activation, elu_has_its_values_and_slope) {
    Matrix<double> x(1, 4), bias(0, 4);
    x << -1e3, -1.0, 0.0, 2.0;
    Matrix<double> y = x;
    add_and_activate<double>(y, bias, Activation::elu);
    EXPECT_DOUBLE_EQ(y(0, 0), -1.0);
    EXPECT_NEAR(y(0, 1), std::exp(-1.0) - 1.0, 1e-15);
    EXPECT_DOUBLE_EQ(y(0, 2), 0.0);
    EXPECT_DOUBLE_EQ(y(0, 3), 2.0);
    Matrix<double> gradient = Matrix<double>::Constant(1, 4, 3.0);
    activation_backward<double>(gradient, y, Activation::elu);
    EXPECT_NEAR(gradient(0, 0), 0.0, 1e-15);
    EXPECT_NEAR(gradient(0, 1), 3 * std::exp(-1.0), 1e-14);
    EXPECT_DOUBLE_EQ(gradient(0, 3), 3.0);
}

TEST(dense, gradients_agree_with_central_differences) {
    for (const Index layers : {0, 1, 3}) {
        Parameters<double> parameters(7);
        const FfnShape shape{.in = 5, .hidden = 6, .layers = layers, .out = 4, .halving = layers == 3};
        const Ffn<double> ffn(parameters, "ffn", shape, layers == 1 ? Activation::elu : Activation::linear);
        EXPECT_EQ(static_cast<double>(parameters.size()), parameter_count(shape));
        Matrix<double> x = random_matrix(9, 5, 1);
        const Matrix<double> weight = random_matrix(9, 4, 2);
        Ffn<double>::Cache cache;
        const auto f = [&] { return ffn.forward(parameters, x, cache).cwiseProduct(weight).sum(); };
        (void)f();
        Gradients<double> gradients(parameters);
        Matrix<double> dx = Matrix<double>::Zero(9, 5), dy = weight;
        ffn.backward(parameters, x, cache, dy, gradients, &dx);
        EXPECT_LE(worst_gradient_error(parameters.values(), gradients.all(), f), gradient_tolerance);
        EXPECT_LE(worst_gradient_error(span_of(x), span_of(dx), f), gradient_tolerance);
    }
}

TEST(dense, halving_widths_never_come_to_nothing) {
    EXPECT_EQ(parameter_count(FfnShape{.in = 2, .hidden = 2, .layers = 3, .out = 1, .halving = true}),
              (2 * 2 + 2) + (2 * 1 + 1) + (1 * 1 + 1) + (1 * 1 + 1));
}

TEST(layer_norm, rows_have_mean_0_and_variance_1) {
    Parameters<double> parameters(7);
    const LayerNorm<double> norm(parameters, "norm", 50);
    LayerNorm<double>::Cache cache;
    const Matrix<double> y = norm.forward(parameters, random_matrix(3, 50, 1, 4.0), cache);
    for (Index i = 0; i < 3; ++i) {
        EXPECT_NEAR(y.row(i).mean(), 0.0, 1e-12);
        EXPECT_NEAR(y.row(i).squaredNorm() / 50, 1.0, 1e-6);
    }
}

TEST(layer_norm, gradients_agree_with_central_differences) {
    Parameters<double> parameters(7);
    const LayerNorm<double> norm(parameters, "norm", 5);
    for (double& value : parameters.values()) value += 0.3;
    Matrix<double> x = random_matrix(9, 5, 1);
    const Matrix<double> weight = random_matrix(9, 5, 2);
    LayerNorm<double>::Cache cache;
    const auto f = [&] { return norm.forward(parameters, x, cache).cwiseProduct(weight).sum(); };
    (void)f();
    Gradients<double> gradients(parameters);
    Matrix<double> dx = Matrix<double>::Zero(9, 5);
    norm.backward(parameters, cache, weight, gradients, dx);
    EXPECT_LE(worst_gradient_error(parameters.values(), gradients.all(), f), gradient_tolerance);
    EXPECT_LE(worst_gradient_error(span_of(x), span_of(dx), f), gradient_tolerance);
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
    EXPECT_EQ(Gradients<float>(second).all().size(), 37U);
    EXPECT_EQ(second.entries().at(1).name, "a");
}

}  // namespace
}  // namespace quench::trainer::nn

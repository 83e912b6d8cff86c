#include "trainer/reference/dense.hpp"

#include "compare.hpp"
#include "trainer/nn/dense.hpp"
#include "trainer/nn/layer_norm.hpp"

namespace quench::trainer::reference {
namespace {

template <class Scalar>
class reference_dense : public InBothPrecisions<Scalar> {};
TYPED_TEST_SUITE(reference_dense, Precisions);

struct Size {
    Index rows, in, hidden, layers, out;
    bool halving = false;
};
constexpr Size sizes[] = {{0, 3, 4, 1, 2},  {1, 1, 1, 0, 1},        {1, 14, 48, 1, 48},
                          {9, 5, 16, 3, 7}, {33, 17, 130, 2, 65},   {100, 64, 64, 0, 192},
                          {7, 6, 2, 4, 3},  {12, 8, 8, 3, 1, true}, {4, 3, 2, 5, 2, true},
                          {2, 200, 3, 1, 1}};

TEST(reference_activations, have_their_values) {
    EXPECT_EQ(elu(2.5), 2.5);
    EXPECT_DOUBLE_EQ(elu(-1), std::exp(-1.0) - 1);
    EXPECT_EQ(elu_slope(3), 1);
    EXPECT_DOUBLE_EQ(elu_slope(-2), std::exp(-2.0));
    EXPECT_EQ(sigmoid(0), 0.5);
}

TYPED_TEST(reference_dense, the_fast_networks_agree_forward_and_backward) {
    using Scalar = TypeParam;
    for (const Size& s : sizes)
        for (const nn::Activation last : {nn::Activation::linear, nn::Activation::elu}) {
            nn::Parameters<Scalar> parameters(7);
            const nn::Ffn<Scalar> ffn(
                parameters, "f",
                {.in = s.in, .hidden = s.hidden, .layers = s.layers, .out = s.out, .halving = s.halving},
                last);
            disturb(parameters);
            const Arrays arrays = arrays_of(parameters);
            const nn::Matrix<Scalar> x = random<Scalar>(s.rows, s.in, 1),
                                     dy = random<Scalar>(s.rows, s.out, 2);
            const Last end = last == nn::Activation::elu ? Last::elu : Last::linear;

            typename nn::Ffn<Scalar>::Cache cache;
            const Table y = table_of(ffn.forward(parameters, x, cache));
            EXPECT_LE(difference(y, reference::ffn(arrays, "f", table_of(x), end)), layer_tolerance<Scalar>);

            nn::Gradients<Scalar> gradients(parameters);
            nn::Matrix<Scalar> dx = nn::Matrix<Scalar>::Zero(s.rows, s.in), d = dy;
            ffn.backward(parameters, x, cache, d, gradients, &dx);
            Arrays slow;
            const Table slow_dx = ffn_backward(arrays, "f", table_of(x), table_of(dy), slow, end);
            EXPECT_LE(gradient_difference(dx, slow_dx), gradient_tolerance<Scalar>);
            EXPECT_LE(gradient_difference(parameters, gradients, slow), gradient_tolerance<Scalar>);
        }
}

TYPED_TEST(reference_dense, layer_norms_agree_forward_and_backward) {
    using Scalar = TypeParam;
    for (const auto& [rows, width] : {std::pair<Index, Index>{0, 4}, {1, 1}, {1, 2}, {5, 33}, {40, 128}}) {
        nn::Parameters<Scalar> parameters(7);
        const nn::LayerNorm<Scalar> norm(parameters, "n", width);
        disturb(parameters);
        const Arrays arrays = arrays_of(parameters);
        // A mean that is large against the deviation, and a row without any.
        nn::Matrix<Scalar> x = random<Scalar>(rows, width, 1);
        x.array() += Scalar(3);
        if (rows > 1) x.row(1).setConstant(Scalar(2));
        const nn::Matrix<Scalar> dy = random<Scalar>(rows, width, 2);

        typename nn::LayerNorm<Scalar>::Cache cache;
        EXPECT_LE(
            difference(table_of(norm.forward(parameters, x, cache)), layer_norm(arrays, "n", table_of(x))),
            layer_tolerance<Scalar>);
        nn::Gradients<Scalar> gradients(parameters);
        nn::Matrix<Scalar> dx = nn::Matrix<Scalar>::Zero(rows, width);
        norm.backward(parameters, cache, dy, gradients, dx);
        Arrays slow;
        const Table slow_dx = layer_norm_backward(arrays, "n", table_of(x), table_of(dy), slow);
        EXPECT_LE(gradient_difference(dx, slow_dx), gradient_tolerance<Scalar>);
        EXPECT_LE(gradient_difference(parameters, gradients, slow), gradient_tolerance<Scalar>);
    }
}

}  // namespace
}  // namespace quench::trainer::reference

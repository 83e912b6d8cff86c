#include "trainer/nn/dropout.hpp"

#include "base/random.hpp"
#include "gradient.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::nn {
namespace {

constexpr DropoutKey key{.seed = 7, .step = 3};

Matrix<float> mask(Index rows, Index cols, double rate, DropoutKey k, std::uint64_t event,
                   std::uint32_t layer) {
    Matrix<float> x = Matrix<float>::Ones(rows, cols);
    dropout<float>(x, rate, k, event, layer);
    return x;
}

TEST(dropout, drops_at_its_rate_and_keeps_the_mean) {
    // 200,000 entries: the share that goes has a standard deviation of at most 0.0012.
    for (const double rate : {0.1, 0.5, 0.9}) {
        const Matrix<float> x = mask(500, 400, rate, key, 1, 2);
        EXPECT_NEAR((x.array() == 0.0F).cast<double>().mean(), rate, 0.006);
        EXPECT_NEAR(x.cast<double>().mean(), 1.0, 0.006 / (1 - rate));
        EXPECT_NEAR(static_cast<double>(x.maxCoeff()), 1.0 / (1.0 - rate), 1e-3);
    }
    EXPECT_TRUE((mask(50, 40, 0.0, key, 1, 2).array() == 1.0F).all());
}

TEST(dropout, every_part_of_the_key_changes_the_mask_and_nothing_else_does) {
    const Matrix<float> one = mask(30, 20, 0.5, key, 1, 2);
    EXPECT_EQ(one, mask(30, 20, 0.5, key, 1, 2));
    EXPECT_EQ(one.topRows(7), mask(7, 20, 0.5, key, 1, 2)) << "later rows have no say in earlier ones";
    for (const Matrix<float>& other :
         {mask(30, 20, 0.5, {.seed = 8, .step = 3}, 1, 2), mask(30, 20, 0.5, {.seed = 7, .step = 4}, 1, 2),
          mask(30, 20, 0.5, key, 2, 2), mask(30, 20, 0.5, key, std::uint64_t{1} << 33, 2),
          mask(30, 20, 0.5, key, 1, 3)}) {
        // Independent masks agree on half of 600 entries, with a standard deviation of 12.
        const auto equal = (one.array() == other.array()).count();
        EXPECT_GT(equal, 230);
        EXPECT_LT(equal, 370);
    }
}

TEST(dropout, draws_the_blocks_of_the_one_generator) {
    const auto mixed = base::philox4x32({3, 0, 0x64726f70u, 0x6f757400u}, {7, 0});
    const Matrix<float> x = mask(40, 9, 0.25, key, 5, 2);  // 360 entries: three groups of 128
    for (Index i = 0; i < x.size(); ++i) {
        const auto group = static_cast<std::uint32_t>(i / 128), inside = static_cast<std::uint32_t>(i % 128);
        const auto block = base::philox4x32({group * 16 + inside % 16, 2, 5, 0}, {mixed[0], mixed[1]});
        const std::uint32_t word = block[inside / 32];
        const std::uint32_t half = (inside / 16) % 2 == 0 ? word & 0xFFFF : word >> 16;
        ASSERT_EQ(x.data()[i] == 0.0F, half < 16384) << i;
    }
}

TEST(dropout, its_gradient_is_the_same_call) {
    Matrix<double> x = random_matrix(6, 5, 1);
    const Matrix<double> weights = random_matrix(6, 5, 2);
    const auto f = [&] {
        Matrix<double> y = x;
        dropout<double>(y, 0.3, key, 4, 1);
        return y.array().square().cwiseProduct(weights.array()).sum();
    };
    Matrix<double> y = x;
    dropout<double>(y, 0.3, key, 4, 1);
    Matrix<double> dx = 2 * y.cwiseProduct(weights);
    dropout<double>(dx, 0.3, key, 4, 1);
    EXPECT_LT(worst_gradient_error(span_of(x), span_of(std::as_const(dx)), f), gradient_tolerance);
}

}  // namespace
}  // namespace quench::trainer::nn

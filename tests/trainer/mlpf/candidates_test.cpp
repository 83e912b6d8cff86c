#include "trainer/mlpf/candidates.hpp"

#include "example.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace quench::trainer::mlpf {
namespace {

Outputs<float> outputs_of(Index rows) {
    return {Matrix<float>::Zero(rows, classes), Matrix<float>::Zero(rows, charges),
            Matrix<float>::Zero(rows, momentum_columns)};
}

TEST(candidates, have_the_likeliest_class_and_charge_and_nothing_where_that_is_none) {
    Outputs<float> outputs = outputs_of(2);
    outputs.logits(0, 4) = 1;
    outputs.charge(0, 2) = 1;
    outputs.momentum.row(0) << 5, -1, 0.6F, 0.8F, 7;
    outputs.momentum.row(1).setConstant(9);
    outputs.logits(1, 0) = 1;
    Matrix<float> found, expected(2, target_columns);
    candidates<float>(outputs, Matrix<float>::Zero(2, feature_columns), Targets::raw, found);
    expected << 4, 1, 5, -1, 0.6F, 0.8F, 7, 0, 0, 0, 0, 0, 0, 0;
    EXPECT_EQ(found, expected);
}

TEST(candidates, of_log_ratios_are_multiples_of_their_element) {
    Outputs<float> outputs = outputs_of(1);
    outputs.logits(0, 2) = 1;
    outputs.momentum(0, 0) = std::log(2.0F);
    outputs.momentum(0, 4) = std::log(0.5F);
    Matrix<float> features = Matrix<float>::Zero(1, feature_columns), found;
    features(0, feature::pt) = 3;
    features(0, feature::energy) = 8;
    candidates<float>(outputs, features, Targets::log_ratio, found);
    EXPECT_FLOAT_EQ(found(0, 2), 6);
    EXPECT_FLOAT_EQ(found(0, 6), 4);
}

TEST(candidates, are_never_built_from_what_is_not_finite) {
    Outputs<float> outputs = outputs_of(2);
    outputs.logits(0, 2) = outputs.logits(1, 2) = 1;
    outputs.momentum(0, 3) = std::numeric_limits<float>::quiet_NaN();
    outputs.logits(1, 3) = -std::numeric_limits<float>::infinity();
    Matrix<float> found;
    candidates<float>(outputs, Matrix<float>::Zero(2, feature_columns), Targets::raw, found);
    EXPECT_EQ(found, (Matrix<float>::Zero(2, target_columns)));
}

}  // namespace
}  // namespace quench::trainer::mlpf

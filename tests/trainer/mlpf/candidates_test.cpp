#include "trainer/mlpf/candidates.hpp"

#include "example.hpp"

#include <cmath>
#include <limits>
#include <utility>

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
    expected << 4, 1, 5, -1, 0.6F, 0.8F, 5 * std::cosh(1.0F), 0, 0, 0, 0, 0, 0, 0;
    EXPECT_TRUE(found.isApprox(expected, 1e-6F)) << found;
}

TEST(candidates, of_log_ratios_are_multiples_of_their_element) {
    Outputs<float> outputs = outputs_of(1);
    outputs.momentum(0, 0) = std::log(2.0F);
    outputs.momentum(0, 4) = std::log(0.5F);
    Matrix<float> features = Matrix<float>::Zero(1, feature_columns), found;
    features(0, feature::pt) = 3;
    features(0, feature::energy) = 8;
    for (const auto& [kind, momentum] : {std::pair(1, 6.0F), std::pair(2, 4.0F)}) {
        outputs.logits.setZero();
        outputs.logits(0, kind) = 1;
        candidates<float>(outputs, features, Targets::log_ratio, found);
        EXPECT_FLOAT_EQ(found(0, kind == 1 ? 2 : 6), momentum);
    }
}

TEST(candidates, have_no_mass_the_charged_by_their_pt_and_the_neutral_by_their_energy) {
    Outputs<float> outputs = outputs_of(classes);
    for (Index kind = 0; kind < classes; ++kind) {
        outputs.logits(kind, kind) = 1;
        outputs.momentum.row(kind) << 5, 2.5F, 0.6F, 0.8F, 7;
    }
    Matrix<float> found;
    candidates<float>(outputs, Matrix<float>::Zero(classes, feature_columns), Targets::raw, found);
    EXPECT_EQ(found.row(0).cwiseAbs().sum(), 0);
    for (Index kind = 1; kind < classes; ++kind) {
        SCOPED_TRACE(kind);
        EXPECT_FLOAT_EQ(found(kind, 6), found(kind, 2) * std::cosh(2.5F));
        const bool neutral = kind == 2 || kind == 3;
        EXPECT_EQ(found(kind, neutral ? 6 : 2), neutral ? 7 : 5);
    }
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

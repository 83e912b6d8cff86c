#include "trainer/mlpf/loss.hpp"

#include "example.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::mlpf {
namespace {

TEST(focal_loss, has_its_closed_form) {
    EXPECT_DOUBLE_EQ(focal_loss(0.0, true).value, 0.25 * 0.25 * std::log(2.0));
    EXPECT_DOUBLE_EQ(focal_loss(0.0, false).value, 0.75 * 0.25 * std::log(2.0));
    const double p = 0.9, logit = std::log(p / (1 - p));
    EXPECT_NEAR(focal_loss(logit, true).value, 0.25 * 0.01 * -std::log(0.9), 1e-15);
    EXPECT_NEAR(focal_loss(logit, false).value, 0.75 * 0.81 * -std::log(0.1), 1e-13);
}

TEST(focal_loss, stays_finite_at_extreme_logits) {
    EXPECT_NEAR(focal_loss(-1000.0, true).value, 250.0, 1e-9);
    EXPECT_NEAR(focal_loss(-1000.0, true).derivative, -0.25, 1e-12);
    EXPECT_EQ(focal_loss(1000.0, true).value, 0.0);
    EXPECT_EQ(focal_loss(1000.0, true).derivative, 0.0);
    EXPECT_NEAR(focal_loss(1000.0, false).derivative, 0.75, 1e-12);
}

TEST(huber_loss, is_a_parabola_inside_and_a_line_outside) {
    EXPECT_DOUBLE_EQ(huber_loss(0.5, 1.0).value, 0.125);
    EXPECT_DOUBLE_EQ(huber_loss(-3.0, 1.0).value, 2.5);
    EXPECT_DOUBLE_EQ(huber_loss(-3.0, 0.1).value, 0.295);
    EXPECT_DOUBLE_EQ(huber_loss(-3.0, 0.1).derivative, -0.1);
    EXPECT_DOUBLE_EQ(huber_loss(0.1, 0.1).value, 0.005);
}

TEST(scalar_losses, derivatives_agree_with_central_differences) {
    constexpr double h = 1e-6;
    for (const double x : {-7.0, -1.3, -0.05, 0.02, 0.7, 4.0}) {
        for (const bool target : {true, false})
            EXPECT_NEAR(focal_loss(x, target).derivative,
                        (focal_loss(x + h, target).value - focal_loss(x - h, target).value) / (2 * h), 1e-8);
        EXPECT_NEAR(huber_loss(x, 0.1).derivative,
                    (huber_loss(x + h, 0.1).value - huber_loss(x - h, 0.1).value) / (2 * h), 1e-8);
    }
}

TEST(loss, is_a_mean_over_elements_and_over_particles) {
    Batch<double> batch;
    batch.begin = {0, 2};
    batch.features.setZero(2, feature_columns);
    batch.targets.setZero(2, target_columns);
    batch.targets.row(1) << 3, 0, 10, 1, 0, 1, 15;
    Outputs<double> outputs{Matrix<double>::Zero(2, classes), Matrix<double>::Zero(2, charges),
                            Matrix<double>::Zero(2, momentum_columns)};
    outputs.logits(1, 3) = 1;
    outputs.momentum.row(1) << 12, 1, 0.05, 1, 15;
    outputs.momentum.row(0).setConstant(1e6);  // no particle: its momentum is nobody's
    const LossSums sums = loss({}, outputs, batch);
    EXPECT_EQ(sums.elements, 2);
    EXPECT_EQ(sums.particles, 1);
    EXPECT_EQ(sums.correct, 2);
    EXPECT_NEAR(sums.regression, 1.5 + 0.05 * 0.05 / 2, 1e-12);
    const double wrong = 0.75 * 0.25 * std::log(2.0), right = 0.25 * 0.25 * std::log(2.0);
    const double focal = 5 * wrong + right + 5 * wrong + focal_loss(1, true).value;
    EXPECT_NEAR(sums.classification, focal, 1e-12);
    EXPECT_NEAR(sums.charge, 2 * std::log(3.0), 1e-12);
    EXPECT_NEAR(sums.total({}), 10 * focal / 2 + 0.1 * sums.charge / 2 + sums.regression, 1e-12);
    LossSums padded = sums;
    padded.padded = 5;
    LossOptions options;
    options.normalization = Normalization::padded;
    EXPECT_NEAR(padded.total(options), (10 * focal + 0.1 * sums.charge + sums.regression) / 5, 1e-12);
}

TEST(loss, of_log_ratios_compares_logarithms_and_counts_0_where_there_is_none) {
    Batch<double> batch = example_batch<double>({1}, 3);
    batch.targets.row(0) << 3, 0, 10, 0, 0, 1, 15;
    batch.features.row(0).setZero();
    batch.features(0, feature::pt) = 5;  // the energy is 0: no ratio
    Outputs<double> outputs{Matrix<double>::Zero(1, classes), Matrix<double>::Zero(1, charges),
                            Matrix<double>::Zero(1, momentum_columns)};
    outputs.momentum(0, 0) = std::log(2.0) + 0.5;
    outputs.momentum(0, 3) = 1;
    outputs.momentum(0, 4) = 0.25;
    LossOptions options;
    options.targets = Targets::log_ratio;
    EXPECT_NEAR(loss(options, outputs, batch).regression, 0.5 * 0.25 + 0.5 * 0.0625, 1e-12);
}

}  // namespace
}  // namespace quench::trainer::mlpf

#include "predictor/evaluation.hpp"

#include "predictor/catalogue.hpp"
#include "predictor/features.hpp"
#include "predictor/measures.hpp"
#include "tests/predictor/sample_curves.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace quench::predictor {
namespace {

std::vector<Curve> repeated(std::size_t configurations, std::size_t runs) {
    std::vector<Curve> curves;
    for (const Curve& curve : power_laws(configurations, 1))
        for (std::size_t run = 0; run < runs; ++run) curves.push_back(curve);
    return curves;
}

TEST(Folds, test_every_row_once_and_keep_configurations_together) {
    const auto curves = repeated(11, 3);
    const auto numbers = configurations(curves);
    std::vector<int> tested(curves.size(), 0);
    for (const Split& split : folds(curves, 4, Together::configuration, 5)) {
        EXPECT_EQ(split.train.size() + split.test.size(), curves.size());
        std::set<std::size_t> train;
        for (const std::size_t row : split.train) train.insert(numbers[row]);
        for (const std::size_t row : split.test) {
            ++tested[row];
            EXPECT_FALSE(train.contains(numbers[row]));
        }
    }
    EXPECT_TRUE(std::ranges::all_of(tested, [](int times) { return times == 1; }));
}

TEST(Folds, by_row_split_configurations) {
    const auto curves = repeated(11, 3);
    const auto split = folds(curves, 4, Together::row, 5).front();
    EXPECT_EQ(split.test.size(), 9u);  // of 33 rows a quarter, rounded up
}

TEST(RandomSplit, has_one_row_a_configuration_to_learn_from) {
    const auto curves = repeated(11, 3);
    const Split split = random_split(curves, 6, 10, Together::configuration, 2);
    EXPECT_EQ(split.train.size(), 6u);
    EXPECT_EQ(split.test.size(), 10u);
    EXPECT_TRUE(random_split(curves, 11, 10, Together::configuration, 2).train.empty());
}

TEST(Score, is_that_of_the_predictions_in_the_right_order_of_arguments) {
    const auto curves = power_laws(40, 3);
    const Split split = random_split(curves, 20, 20, Together::configuration, 1);
    const Question question{8, 30};
    const auto found = score(**make_predictor("last"), curves, split, question, Judge::intervals, 1);
    ASSERT_TRUE(found) << found.error().text();
    std::vector<double> truths, values;
    for (const std::size_t row : split.test) {
        truths.push_back(curves[row].values[29]);
        values.push_back(curves[row].values[7]);
    }
    EXPECT_EQ(found->r2, r2(truths, values));
    EXPECT_TRUE(found->coverage);
    EXPECT_FALSE(score(**make_predictor("last"), curves, {}, question, Judge::values, 1));
}

TEST(Measures, agree_with_closed_forms) {
    const std::vector<double> truths = {1, 2, 3, 4}, values = {1, 2, 3, 6};
    EXPECT_DOUBLE_EQ(r2(truths, values), 1 - 4.0 / 5);
    EXPECT_DOUBLE_EQ(r2(values, truths), 1 - 4.0 / 14);
    EXPECT_DOUBLE_EQ(root_mean_square_error(truths, values), 1);
    EXPECT_DOUBLE_EQ(rank_correlation(truths, values), 1);
    EXPECT_DOUBLE_EQ(rank_correlation(truths, std::vector<double>{4, 3, 2, 1}), -1);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 x 5).
    EXPECT_NEAR(rank_correlation(truths, std::vector<double>{1, 2, 2, 3}), 4.5 / std::sqrt(22.5), 1e-12);
    EXPECT_EQ(rank_correlation(truths, std::vector<double>(4, 1.0)), 0);
    EXPECT_EQ(r2(std::vector<double>(2, 1.0), std::vector<double>(2, 1.0)), 1);
    const std::vector<double> same(35, 0.1);  // their mean in doubles is another number
    EXPECT_EQ(r2(same, same), 1);
    EXPECT_EQ(r2(same, std::vector<double>(35, 0.2)), 0);
}

TEST(Scaler, quantiles_are_shares_and_outliers_move_nothing) {
    const std::vector<double> values = {1, 2, 2, 4, 1e9};
    const Scaler scaler(Scaling::quantile, values);
    EXPECT_EQ(scaler.forward(0), 0);
    EXPECT_EQ(scaler.forward(2), 0.375);  // places 1 and 2 of 0 .. 4
    EXPECT_EQ(scaler.forward(3), 0.625);
    EXPECT_EQ(scaler.forward(2e9), 1);
    EXPECT_EQ(scaler.inverse(0.75), 4);
    EXPECT_EQ(scaler.inverse(0.625), 3);
    EXPECT_EQ(scaler.inverse(7), 1e9);
}

TEST(Scaler, going_there_and_back_changes_nothing_inside) {
    base::Rng rng(1, "scaler");
    std::vector<double> values;
    for (int i = 0; i < 30; ++i) values.push_back(rng.normal());
    for (const auto scaling : {Scaling::min_max, Scaling::quantile}) {
        const Scaler scaler(scaling, values);
        const auto [low, high] = std::ranges::minmax(values);
        for (int i = 0; i < 100; ++i) {
            const double value = low + (high - low) * rng.uniform();
            EXPECT_NEAR(scaler.inverse(scaler.forward(value)), value, 1e-12);
        }
        const Scaler constant(scaling, std::vector<double>(3, 5.0));
        EXPECT_EQ(constant.forward(7), 0);
        EXPECT_EQ(constant.inverse(0.3), 5);
    }
}

TEST(Features, hold_parameters_values_and_differences_as_asked) {
    std::vector<Curve> curves = {{{1}, {1, 2, 4, 9}}, {{3}, {2, 3, 6, 9}}, {{2}, {0, 1, 2, 9}}};
    const auto width = [&](FeatureOptions options) {
        return Features::learn(curves, {3, 4}, options)->width();
    };
    EXPECT_EQ(width({}), 1u + 3 + 2);
    EXPECT_EQ(width({.differences = 2}), 1u + 3 + 2 + 1);
    EXPECT_EQ(width({.differences = 0}), 1u + 3);
    EXPECT_EQ(width({.curve = false, .differences = 0}), 1u);
    EXPECT_EQ(width({.differences = 0, .parameters = false, .most_values = 2}), 2u);
    EXPECT_FALSE(Features::learn(curves, {0, 4}, {.parameters = false}));
    const auto features = Features::learn(curves, {3, 4}, {.differences = 0});
    EXPECT_EQ(features->row(curves[0]), (std::vector<double>{0, 0.5, 0.5, 0.5}));
    Curve inactive = curves[0];
    inactive.parameters[0] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(features->row(inactive)[0], 0.5);
    EXPECT_EQ(spread_out(25, 13).size(), 13u);
    EXPECT_EQ(spread_out(25, 13)[1], 2u);
    EXPECT_EQ(spread_out(3, 13), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Features, targets_mean_the_levels_that_they_were_made_of) {
    const std::vector<Curve> curves = {{{1}, {1, 2, 4, 9}}, {{3}, {2, 3, 6, 7}}, {{2}, {0, 1, 2, 20}}};
    for (const auto target : {Target::level, Target::change})
        for (const auto scaling : {Scaling::min_max, Scaling::quantile}) {
            const auto features = Features::learn(curves, {3, 4}, {.scaling = scaling, .target = target});
            for (std::size_t n = 0; n < curves.size(); ++n)
                EXPECT_NEAR(features->level(features->targets()[n], curves[n]), curves[n].values[3], 1e-12);
        }
    const auto changes = Features::learn(curves, {3, 4}, {.target = Target::change});
    EXPECT_EQ(changes->targets()[0], (5.0 - 1) / (18 - 1));
    // A run that is far away stays there.
    EXPECT_NEAR(changes->level(0, {{1}, {1000, 1000, 1000}}), 1001, 1e-9);
    const auto without = Features::learn(curves, {0, 4}, {.target = Target::change});
    EXPECT_EQ(without->level(0, curves[0]), 7);
}

TEST(Configurations, are_told_by_their_parameters) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Curve> curves = {{{1, nan}, {}}, {{1, 2}, {}}, {{1, nan}, {}}};
    EXPECT_EQ(configurations(curves), (std::vector<std::size_t>{0, 1, 0}));
    EXPECT_EQ(configurations(std::vector<Curve>(3)), (std::vector<std::size_t>{0, 1, 2}));
}

}  // namespace
}  // namespace quench::predictor

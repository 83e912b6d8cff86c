// What every predictor owes its callers.
#include "predictor/catalogue.hpp"
#include "predictor/forecaster.hpp"
#include "predictor/measures.hpp"
#include "tests/predictor/sample_curves.hpp"

#include <algorithm>
#include <limits>

namespace quench::predictor {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr Question question{.known = 8, .target = 30};

class EveryPredictor : public testing::TestWithParam<std::string> {
  protected:
    std::unique_ptr<const CurvePredictor> predictor_ = make_predictor_from(GetParam()).value();

    base::Result<Forecaster> fit(std::span<const Curve> curves, const Question& asked = question) {
        return Forecaster::fit(*predictor_, curves, asked, {.seed = 7, .folds = 5});
    }
    std::string complaint(std::span<const Curve> curves, const Question& asked = question) {
        const auto fitted = fit(curves, asked);
        return fitted ? "no error" : fitted.error().text();
    }
};
INSTANTIATE_TEST_SUITE_P(Predictors, EveryPredictor,
                         testing::Values("last", "svr", "svr:kind=epsilon,cost=10,scaling=quantile,values=5",
                                         "svr:target=change", "svr:target=chosen", "qsvr:reads=32,sweeps=50",
                                         "qsvr:preset=paper,reads=32,sweeps=50", "parametric", "gp"),
                         [](const auto& made) {
                             std::string name = made.param;
                             std::ranges::replace_if(
                                 name,
                                 [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; },
                                 '_');
                             return name;
                         });

TEST_P(EveryPredictor, forecasts_what_follows_from_the_beginning_and_says_how_well) {
    const auto curves = power_laws(60, 1);
    const auto fitted = fit(std::span(curves).first(40));
    ASSERT_TRUE(fitted) << fitted.error().text();
    std::vector<double> truths, values;
    std::size_t inside = 0;
    for (const Curve& curve : std::span(curves).subspan(40)) {
        const auto forecast = fitted->forecast(curve);
        ASSERT_TRUE(forecast) << forecast.error().text();
        truths.push_back(curve.values[29]);
        values.push_back(forecast->value);
        EXPECT_LE(forecast->low, forecast->value);
        EXPECT_LE(forecast->value, forecast->high);
        EXPECT_GT(forecast->deviation, 0);
        if (forecast->low <= truths.back() && truths.back() <= forecast->high) ++inside;
    }
    EXPECT_GT(rank_correlation(truths, values), 0.9);
    // 20 truths, each inside with probability 0.9: fewer than 14 once in 400 such tests (binomial).
    EXPECT_GE(inside, 14u);
    EXPECT_EQ(fitted->used(), 40u);
}

TEST_P(EveryPredictor, the_same_seed_gives_the_same_forecasts) {
    const auto curves = power_laws(25, 2);
    const auto once = fit(curves), again = fit(curves);
    ASSERT_TRUE(once && again);
    EXPECT_EQ(once->forecast(curves[0])->value, again->forecast(curves[0])->value);
    EXPECT_EQ(once->forecast(curves[0])->high, again->forecast(curves[0])->high);
}

TEST_P(EveryPredictor, what_comes_after_the_known_steps_does_not_matter) {
    const auto curves = power_laws(25, 3);
    const auto fitted = fit(curves);
    ASSERT_TRUE(fitted);
    Curve curve = curves[0];
    const double value = fitted->forecast(curve)->value;
    curve.values.resize(question.known);
    EXPECT_EQ(fitted->forecast(curve)->value, value);
}

TEST_P(EveryPredictor, units_do_not_matter) {
    auto curves = power_laws(25, 4);
    const double before = fit(curves)->forecast(curves[3])->value;
    for (Curve& curve : curves)
        for (double& value : curve.values) value = 1e4 * value - 300;
    const auto fitted = fit(curves);
    ASSERT_TRUE(fitted) << fitted.error().text();
    // Regressions stop at a tolerance, annealers at a sample, by rounding not at the same one: 1 % of the
    // range.
    EXPECT_NEAR((fitted->forecast(curves[3])->value + 300) / 1e4, before, 0.01);
}

TEST_P(EveryPredictor, probabilities_rise_from_zero_to_one) {
    const auto curves = power_laws(25, 5);
    const auto fitted = fit(curves);
    ASSERT_TRUE(fitted);
    const auto at = fitted->forecast(curves[0]);
    double before = 0;
    for (double step = -10; step <= 10; step += 0.5) {
        const double probability =
            *fitted->probability_below(curves[0], at->value + step * (at->deviation + 1e-9));
        EXPECT_GE(probability, before);
        before = probability;
    }
    EXPECT_LT(*fitted->probability_below(curves[0], at->value - 20 * at->deviation), 0.05);
    EXPECT_GT(before, 0.95);
}

TEST_P(EveryPredictor, damaged_curves_are_left_out_and_counted) {
    auto curves = power_laws(20, 6);
    curves[0].values[3] = nan;
    curves[1].values[29] = std::numeric_limits<double>::infinity();
    curves[2].values.resize(29);
    curves[3].values.clear();
    curves[4].values[12] = nan;  // between what is known and what is asked: no damage
    const auto fitted = fit(curves);
    ASSERT_TRUE(fitted) << fitted.error().text();
    EXPECT_EQ(fitted->used(), 16u);
    EXPECT_EQ(fitted->left_out(), 4u);
    for (const int damaged : {0, 3})
        EXPECT_FALSE(fitted->forecast(curves[static_cast<std::size_t>(damaged)]));
    EXPECT_TRUE(fitted->forecast(curves[1]));  // its known part is sound
    Curve other = curves[5];
    other.parameters.pop_back();
    EXPECT_THAT(fitted->forecast(other).error().text(), HasSubstr("parameters"));
}

TEST_P(EveryPredictor, too_little_to_learn_from_is_an_error_with_a_reason) {
    const auto curves = power_laws(20, 7);
    EXPECT_THAT(complaint({}), HasSubstr("too few curves"));
    EXPECT_THAT(complaint(std::span(curves).first(4)), HasSubstr("too few curves"));
    EXPECT_THAT(complaint(std::vector<Curve>(20, curves[0])), HasSubstr("too few configurations"));
    EXPECT_THAT(complaint(curves, {.known = 30, .target = 30}), HasSubstr("known already"));
    EXPECT_THAT(complaint(curves, {.known = 8, .target = 31}), HasSubstr("too few curves"));
    auto uneven = curves;
    uneven[0].parameters.push_back(1);
    EXPECT_THAT(complaint(uneven), HasSubstr("different numbers of parameters"));
}

TEST_P(EveryPredictor, constant_curves_are_forecast_as_they_are) {
    std::vector<Curve> curves;
    for (int n = 0; n < 8; ++n)
        curves.push_back({.parameters = {double(n)}, .values = std::vector<double>(30, 2.5)});
    const auto fitted = fit(curves);
    ASSERT_TRUE(fitted) << fitted.error().text();
    const auto forecast = fitted->forecast(curves[0]);
    ASSERT_TRUE(forecast) << forecast.error().text();
    EXPECT_NEAR(forecast->value, 2.5, 1e-9);
}

TEST_P(EveryPredictor, known_steps_from_none_to_all_but_one_have_an_answer) {
    const auto curves = power_laws(20, 8);
    for (const std::size_t known : {0, 1, 2, 3, 4, 29}) {
        const auto fitted = fit(curves, {.known = known, .target = 30});
        if (known == 0 && GetParam().starts_with("qsvr")) {  // which looks at the curve alone
            EXPECT_THAT(fitted.error().text(), HasSubstr("nothing to learn from"));
            continue;
        }
        ASSERT_TRUE(fitted) << known << ": " << fitted.error().text();
        EXPECT_TRUE(fitted->forecast(curves[0]));
    }
}

TEST(Forecaster, runs_of_one_configuration_are_never_on_both_sides_of_the_calibration) {
    // A predictor that remembers configurations: perfect where it has seen one, and its fits tell.
    struct Rote final : CurvePredictor {
        struct Model final : CurveModel {
            std::vector<Curve> seen;
            [[nodiscard]] Prediction predict(const Curve& curve) const override {
                for (const Curve& other : seen)
                    if (other.parameters == curve.parameters) return {other.values.back()};
                return {0};
            }
        };
        [[nodiscard]] std::string_view name() const override { return "rote"; }
        [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                          const Question&,
                                                                          std::uint64_t) const override {
            auto model = std::make_unique<Model>();
            model->seen.assign(training.begin(), training.end());
            return std::unique_ptr<const CurveModel>(std::move(model));
        }
    };
    std::vector<Curve> curves;
    for (int n = 0; n < 30; ++n)
        curves.push_back({.parameters = {double(n / 3)}, .values = {1, 1.0 + n / 3}});
    const auto fitted = Forecaster::fit(Rote(), curves, {.known = 1, .target = 2});
    ASSERT_TRUE(fitted);
    EXPECT_EQ(fitted->forecast(curves[4])->value, 2);
    EXPECT_GT(fitted->validation_error(), 1);  // were they split, it would be 0
}

}  // namespace
}  // namespace quench::predictor

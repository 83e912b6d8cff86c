#include "predictor/svr/regression.hpp"

#include "tests/predictor/qubo/examples.hpp"

#include <limits>

namespace quench::predictor::svr {
namespace {

using testing::HasSubstr;

struct Data {
    std::vector<double> rows, targets;
};

/// y = sin(x) + z^2 on a square.
Data waves(std::size_t count, std::uint64_t seed) {
    base::Rng rng(seed, "waves");
    Data data;
    for (std::size_t n = 0; n < count; ++n) {
        const double x = 3 * rng.uniform(), z = rng.uniform();
        data.rows.insert(data.rows.end(), {x, z});
        data.targets.push_back(std::sin(x) + z * z);
    }
    return data;
}

class EveryKind : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, EveryKind, testing::Values(Kind::epsilon, Kind::nu));

TEST_P(EveryKind, a_smooth_function_is_learned) {
    const Data train = waves(150, 1), test = waves(100, 2);
    const auto fitted =
        Regression::fit(train.rows, train.targets, {.kind = GetParam(), .cost = 100, .epsilon = 0.01});
    ASSERT_TRUE(fitted) << fitted.error().text();
    for (std::size_t n = 0; n < test.targets.size(); ++n) {
        const double predicted = fitted->predict(std::span(test.rows).subspan(2 * n, 2));
        EXPECT_NEAR(predicted, test.targets[n], 0.1);
    }
}

TEST_P(EveryKind, constant_targets_are_predicted_as_they_are) {
    const std::vector<double> rows{1, 2, 3, 4}, targets(4, 7.5);
    const auto fitted = Regression::fit(rows, targets, {.kind = GetParam(), .epsilon = 0});
    ASSERT_TRUE(fitted) << fitted.error().text();
    EXPECT_NEAR(fitted->predict(std::vector<double>{2.5}), 7.5, 1e-6);
    const auto same =
        Regression::fit(std::vector<double>(4, 1.0), std::vector<double>{1, 2, 3, 4}, {.kind = GetParam()});
    ASSERT_TRUE(same);
    EXPECT_TRUE(std::isfinite(same->predict(std::vector<double>{1.0})));
}

TEST(Regression, the_tube_holds_for_all_rows_when_the_cost_is_high) {
    const Data train = waves(60, 3);
    const auto fitted = Regression::fit(
        train.rows, train.targets, {.kind = Kind::epsilon, .cost = 1e4, .epsilon = 0.05, .tolerance = 1e-5});
    ASSERT_TRUE(fitted);
    for (std::size_t n = 0; n < 60; ++n)
        EXPECT_LE(std::abs(fitted->predict(std::span(train.rows).subspan(2 * n, 2)) - train.targets[n]),
                  0.05 + 1e-3);
    EXPECT_LT(fitted->support_vectors(), 60u);
}

TEST(Regression, what_makes_no_sense_is_an_error_with_a_reason) {
    const std::vector<double> rows{1, 2, 3}, targets{1, 2, 3};
    const auto says = [&](std::span<const double> r, std::span<const double> t,
                          const Parameters& parameters) {
        const auto fitted = Regression::fit(r, t, parameters);
        return fitted ? std::string("no error") : fitted.error().text();
    };
    const std::vector<double> bad{1, std::numeric_limits<double>::quiet_NaN(), 3};
    EXPECT_THAT(says({}, {}, {}), HasSubstr("too few rows"));
    EXPECT_THAT(says(rows, std::vector<double>{1, 2}, {}), HasSubstr("do not match"));
    EXPECT_THAT(says(bad, targets, {}), HasSubstr("not finite"));
    EXPECT_THAT(says(rows, bad, {}), HasSubstr("not finite"));
    EXPECT_THAT(says(rows, targets, {.cost = 0}), HasSubstr("C is not usable"));
    EXPECT_THAT(says(rows, targets, {.nu = 1.5}), HasSubstr("nu is not usable"));
    EXPECT_THAT(says(rows, targets, {.kind = Kind::epsilon, .epsilon = -1}),
                HasSubstr("epsilon is not usable"));
    EXPECT_THAT(says(rows, targets, {.gamma = -1}), HasSubstr("gamma is not usable"));
    EXPECT_THAT(says(rows, targets, {.tolerance = 0}), HasSubstr("tolerance is not usable"));
}

}  // namespace
}  // namespace quench::predictor::svr

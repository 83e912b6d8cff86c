#include "bench/search_quality/function.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::bench {
namespace {

using std::numbers::pi;

const FidelityFunction& function(const std::string& name) {
    for (const FidelityFunction& one : fidelity_functions())
        if (one.name == name) return one;
    throw std::runtime_error("no function " + name);
}

/// Minima as Surjanovic and Bingham's library prints them, to six digits or so.
TEST(fidelity_function, is_zero_at_its_published_minimum_at_full_fidelity) {
    for (const std::vector<double>& at : {std::vector{-pi, 12.275}, {pi, 2.275}, {9.42478, 2.475}})
        EXPECT_NEAR(function("branin").regret(at, 1), 0, 1e-6);
    EXPECT_NEAR(function("hartmann3").regret({0.114614, 0.555649, 0.852547}, 1), 0, 1e-6);
    EXPECT_NEAR(function("hartmann6").regret({0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}, 1), 0,
                1e-6);
}

TEST(fidelity_function, branin_at_the_origin_is_what_its_formula_says) {
    EXPECT_NEAR(function("branin").regret({0, 0}, 1), 36 + 10 * (1 - 1 / (8 * pi)) + 10 - 0.397887, 1e-6);
}

TEST(fidelity_function, approximations_of_branin_have_their_published_b_c_and_t) {
    for (const double z : {0.0, 0.25, 1.0}) {
        // On x = 0 neither b nor c counts.
        EXPECT_NEAR(function("branin").regret({0, 3}, z),
                    function("branin").regret({0, 3}, 1) - 0.05 * (1 - z), 1e-12);
        // Where the cosine is 0, t does not.
        const double x = pi / 2;
        const double a = 3 - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
        const double shifted = a + (0.01 * x * x - 0.1 * x) * (1 - z);
        EXPECT_NEAR(function("branin").regret({x, 3}, z), shifted * shifted + 10 - 0.397887, 1e-6);
    }
}

TEST(fidelity_function, approximations_of_hartmann_lower_each_weight_by_a_tenth_of_what_is_missing) {
    // At the centre of hartmann3's first well that one's exponential is 1, the others' are below.
    const double fall = function("hartmann3").regret({0.3689, 0.1170, 0.2673}, 0) -
                        function("hartmann3").regret({0.3689, 0.1170, 0.2673}, 1);
    EXPECT_GT(fall, 0.1);
    EXPECT_LT(fall, 0.4);
    for (const char* name : {"hartmann3", "hartmann6"}) {
        const FidelityFunction& f = function(name);
        const std::vector<double> x(f.low.size(), 0.4);
        EXPECT_NEAR(f.regret(x, 0.5), (f.regret(x, 0) + f.regret(x, 1)) / 2, 1e-12) << "linear in z";
    }
}

}  // namespace
}  // namespace quench::bench

#include "predictor/qubo/factored.hpp"

#include "tests/predictor/qubo/examples.hpp"

namespace quench::predictor::qubo {
namespace {

TEST(FactoredQubo, a_problem_and_its_dense_form_have_the_same_energies) {
    const auto regression = curves(7, 1);
    FactoredQubo factored = qsvr::encode(regression.kernel, regression.targets, {.bits = 4, .base = 2});
    factored.offset = 0.25;
    const Qubo dense = expand(factored);
    ASSERT_EQ(dense.size(), 56u);
    base::Rng rng(5, "bits");
    for (int repeat = 0; repeat < 100; ++repeat) {
        const Bits bits = random_bits(dense.size(), rng);
        const double energy = factored.energy(bits);
        EXPECT_NEAR(dense.energy(bits), energy, 1e-13 * (1 + 1e4));  // sums of 56^2 terms up to 8^2
    }
}

TEST(FactoredQubo, a_dense_problem_is_the_case_of_one_bit_a_point) {
    const Qubo qubo = gaussian(12, 6);
    const FactoredQubo factored = factor(qubo);
    EXPECT_EQ(expand(factored), qubo);
    base::Rng rng(7, "bits");
    for (int repeat = 0; repeat < 20; ++repeat) {
        const Bits bits = random_bits(12, rng);
        EXPECT_NEAR(factored.energy(bits), qubo.energy(bits), 1e-12);
    }
}

TEST(FactoredQubo, variables_are_numbered_alpha_first) {
    FactoredQubo factored{
        .points = 5, .blocks = 2, .weights = {1, 2, 4, -1, -2, -4}, .kernel = {}, .linear = {}};
    EXPECT_EQ(factored.variable(0, 0), 0u);
    EXPECT_EQ(factored.variable(2, 1), 7u);   // K (0 N + 2) + 1
    EXPECT_EQ(factored.variable(2, 4), 22u);  // K (1 N + 2) + 1
    EXPECT_EQ(factored.variable(4, 5), 29u);
}

}  // namespace
}  // namespace quench::predictor::qubo

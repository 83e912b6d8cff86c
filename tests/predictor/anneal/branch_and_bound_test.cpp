#include "predictor/anneal/branch_and_bound.hpp"

#include "predictor/anneal/brute_force.hpp"
#include "predictor/anneal/simulated.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <cmath>

namespace quench::predictor::anneal {
namespace {

constexpr qsvr::Encoding moderate{.bits = 3, .base = 2, .exponent = 2};  // C = 1.75

TEST(BranchAndBound, agrees_with_brute_force) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const auto r = curves(3, seed);
        for (const Problem& problem :
             {Problem(gaussian(16, seed)), Problem(qsvr::encode(r.kernel, r.targets, {})),
              Problem(qsvr::encode(r.kernel, r.targets, moderate)),
              Problem(qubo::expand(qsvr::encode(r.kernel, r.targets, moderate)))}) {
            const auto found = BranchAndBoundAnnealer().sample(problem, {});
            ASSERT_TRUE(found) << found.error().text();
            EXPECT_TRUE(found->info().proved_optimal);
            const double lowest = BruteForceAnnealer().sample(problem, {})->first().energy;
            EXPECT_NEAR(found->first().energy, lowest, 1e-8 * std::abs(lowest));
        }
    }
}

TEST(BranchAndBound, proves_the_minimum_of_120_bits_and_the_annealer_finds_it) {
    int found_it = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto r = curves(20, seed);
        const Problem problem = qsvr::encode(r.kernel, r.targets, moderate);
        const auto exact = BranchAndBoundAnnealer().sample(problem, {});
        ASSERT_TRUE(exact);
        ASSERT_TRUE(exact->info().proved_optimal) << seed;
        const auto annealed =
            SimulatedAnnealer().sample(problem, {.num_reads = 128, .num_sweeps = 300, .seed = seed});
        const double lowest = exact->first().energy;
        const double gap = (annealed->first().energy - lowest) / std::abs(lowest);
        EXPECT_GE(gap, -1e-8) << seed;
        EXPECT_LE(gap, 0.002) << seed;
        found_it += gap < 1e-8;
    }
    EXPECT_GE(found_it, 6);
    std::printf("the proved minimum was found on %d of 10 problems\n", found_it);
}

TEST(BranchAndBound, says_when_it_gave_up) {
    const auto r = curves(20, 1);
    const auto found = BranchAndBoundAnnealer(3).sample(qsvr::encode(r.kernel, r.targets, moderate), {});
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->info().proved_optimal);
    const auto many = curves(2, 1);
    EXPECT_FALSE(BranchAndBoundAnnealer().sample(qsvr::encode(many.kernel, many.targets, {.bits = 7}), {}));
}

}  // namespace
}  // namespace quench::predictor::anneal

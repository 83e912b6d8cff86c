#include "predictor/anneal/tempering.hpp"

#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/brute_force.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <cmath>
#include <map>

namespace quench::predictor::anneal {
namespace {

const TemperingAnnealer annealer;

TEST(Tempering, finds_the_minimum_of_small_problems) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        const Problem problem = gaussian(16, seed);
        const double lowest = BruteForceAnnealer().sample(problem, {})->first().energy;
        EXPECT_NEAR(annealer.sample(problem, {.num_reads = 32, .num_sweeps = 300})->first().energy, lowest,
                    1e-9);
    }
}

TEST(Tempering, finds_the_proved_minimum_of_120_bits) {
    const auto r = curves(20, 3);
    const auto problem = qsvr::encode(r.kernel, r.targets, qsvr::paper_encoding);
    const auto proved = BranchAndBoundAnnealer().sample(problem, {});
    ASSERT_TRUE(proved && proved->info().proved_optimal);
    const auto found = annealer.sample(problem, {.num_reads = 64, .num_sweeps = 2000, .seed = 2});
    EXPECT_NEAR(found->first().energy, proved->first().energy, 1e-3 * std::abs(proved->first().energy));
}

TEST(Tempering, the_coldest_rung_holds_states_by_their_boltzmann_weight) {
    constexpr double beta = 1.3;
    constexpr std::size_t reads = 32'000;  // of 1000 groups; the reads of one are not independent
    const Problem problem = gaussian(4, 11);
    const auto set = annealer.sample(
        problem,
        {.num_reads = reads, .num_sweeps = 640, .beta_range = {{0.1, beta}}, .seed = 3, .descent_reads = 0});
    ASSERT_TRUE(set) << set.error().text();
    std::map<Bits, double> seen, weights;
    // The first read of a group is the lowest that it saw: every group saw the minimum, and has it once too
    // often.
    const double groups = reads / 32.0;
    for (const Sample& sample : set->samples()) seen[sample.bits] += 1;
    seen[set->first().bits] -= groups;
    double total = 0;
    for (unsigned code = 0; code < 16; ++code) {
        Bits bits(4);
        for (unsigned i = 0; i < 4; ++i) bits[i] = code >> i & 1;
        total += weights[bits] = std::exp(-beta * energy(problem, bits));
    }
    // 31000 reads, 10 sweeps apart: were neighbours wholly dependent, 1000 would be independent, and a share
    // p known to sqrt(p (1-p) / 1000) <= 0.016; four times that.
    for (const auto& [bits, weight] : weights)
        EXPECT_NEAR(seen[bits] / (reads - groups), weight / total, 4 * 0.016);
}

TEST(Tempering, threads_and_instruction_sets_change_nothing) {
    const Problem problem = gaussian(37, 4);
    const Parameters one{
        .num_reads = 70, .num_sweeps = 50, .seed = 5, .instruction_set = InstructionSet::baseline};
    Parameters other = one;
    other.threads = 3;
    other.instruction_set = InstructionSet::best;
    const auto a = annealer.sample(problem, one), b = annealer.sample(problem, other);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->samples().size(), 70u);
    EXPECT_TRUE(std::ranges::equal(a->samples(), b->samples()));
}

TEST(Tempering, progress_ends_at_the_whole) {
    std::uint64_t last = 0;
    Parameters parameters{.num_reads = 33, .num_sweeps = 70};
    parameters.progress = [&](std::uint64_t done, std::uint64_t total) {
        EXPECT_EQ(total, 140u);
        last = done;
    };
    ASSERT_TRUE(annealer.sample(gaussian(5, 1), parameters));
    EXPECT_EQ(last, 140u);
}

}  // namespace
}  // namespace quench::predictor::anneal

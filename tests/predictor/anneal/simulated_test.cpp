#include "predictor/anneal/simulated.hpp"

#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/brute_force.hpp"
#include "predictor/anneal/descent.hpp"
#include "predictor/anneal/random.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <cmath>
#include <map>

namespace quench::predictor::anneal {
namespace {

const SimulatedAnnealer annealer;

double minimum(const Problem& problem) {
    return BruteForceAnnealer().sample(problem, {})->first().energy;
}

TEST(BruteForce, finds_the_lowest_of_all_assignments) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        const qubo::Qubo qubo = gaussian(10, seed);
        double lowest = 1e300;
        for (unsigned code = 0; code < 1024; ++code) {
            Bits bits(10);
            for (unsigned i = 0; i < 10; ++i) bits[i] = code >> i & 1;
            lowest = std::min(lowest, qubo.energy(bits));
        }
        EXPECT_NEAR(minimum(qubo), lowest, 1e-12);
    }
    EXPECT_FALSE(BruteForceAnnealer().sample(qubo::Qubo(25), {}));
}

TEST(Simulated, finds_the_minimum_of_small_problems_of_both_kinds) {
    const Parameters parameters{.num_reads = 64, .num_sweeps = 200};
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        const Problem gauss = gaussian(18, seed);
        EXPECT_NEAR(annealer.sample(gauss, parameters)->first().energy, minimum(gauss), 1e-9);
        const auto r = curves(4, seed);
        for (const auto& encoding : {qsvr::Encoding{}, qsvr::paper_encoding}) {
            const Problem problem = qsvr::encode(r.kernel, r.targets, encoding);
            const double lowest = minimum(problem);
            EXPECT_NEAR(annealer.sample(problem, parameters)->first().energy, lowest, 1e-9);
            EXPECT_NEAR(annealer.sample(dense(problem), parameters)->first().energy, lowest, 1e-9);
        }
    }
}

/// At one temperature for long, every state has to appear as often as its Boltzmann weight says.
class Equilibrium : public testing::TestWithParam<std::pair<bool, AcceptanceCriteria>> {};
INSTANTIATE_TEST_SUITE_P(Moves, Equilibrium,
                         testing::Values(std::pair{false, AcceptanceCriteria::metropolis},
                                         std::pair{true, AcceptanceCriteria::metropolis},
                                         std::pair{false, AcceptanceCriteria::gibbs},
                                         std::pair{true, AcceptanceCriteria::gibbs}));

TEST_P(Equilibrium, states_appear_by_their_boltzmann_weight) {
    constexpr double beta = 1.3;
    constexpr std::size_t reads = 64'000;
    const auto r = curves(2, 5);
    for (const Problem& problem :
         {Problem(gaussian(5, 11)), Problem(qsvr::encode(r.kernel, r.targets, {.bits = 1}))}) {
        const std::size_t n = size(problem);
        Parameters parameters{.num_reads = reads,
                              .num_sweeps = 40,
                              .beta_range = {{beta, beta}},
                              .seed = 3,
                              .proposal_acceptance_criteria = GetParam().second,
                              .pair_flips = GetParam().first,
                              .descent_reads = 0};
        const auto set = annealer.sample(problem, parameters);
        ASSERT_TRUE(set);
        std::map<Bits, std::size_t> seen;
        for (const Sample& sample : set->samples()) ++seen[sample.bits];
        double total = 0;
        std::map<Bits, double> weights;
        for (unsigned code = 0; code < 1u << n; ++code) {
            Bits bits(n);
            for (unsigned i = 0; i < n; ++i) bits[i] = code >> i & 1;
            total += weights[bits] = std::exp(-beta * energy(problem, bits));
        }
        double chi2 = 0;
        for (const auto& [bits, weight] : weights) {
            const double expected = static_cast<double>(reads) * weight / total;
            const double found = static_cast<double>(seen[bits]);
            chi2 += (found - expected) * (found - expected) / expected;
        }
        // Mean k = 2^n - 1, variance 2k: five standard deviations up, a false alarm in 10^6 at this fixed
        // seed.
        const double k = static_cast<double>(weights.size()) - 1;
        EXPECT_LT(chi2, k + 5 * std::sqrt(2 * k));
    }
}

void expect_same_samples(const Problem& problem, Parameters one, Parameters other) {
    const auto a = annealer.sample(problem, one);
    const auto b = annealer.sample(problem, other);
    if (!b) return;  // an instruction set that is not here
    ASSERT_TRUE(a);
    EXPECT_TRUE(std::ranges::equal(a->samples(), b->samples()));
    EXPECT_EQ(a->info().flips_accepted, b->info().flips_accepted);
}

/// Random, of one bit a point whose weight is no power of two.
qubo::FactoredQubo weighted(std::size_t points, std::uint64_t seed) {
    qubo::FactoredQubo problem = qubo::factor(gaussian(points, seed));
    problem.weights = {-1.7};
    return problem;
}

TEST(Simulated, one_bit_a_point_may_have_any_weight) {
    const Problem problem = weighted(18, 4);
    const auto set = annealer.sample(problem, {.num_reads = 64, .num_sweeps = 200, .descent_reads = 0});
    ASSERT_TRUE(set);
    EXPECT_NEAR(set->first().energy, minimum(problem), 1e-9);
    qubo::FactoredQubo weightless = weighted(18, 4);
    weightless.weights = {0};
    EXPECT_NEAR(annealer.sample(weightless, {})->first().energy, minimum(weightless), 1e-9);
}

TEST(Simulated, samples_do_not_depend_on_threads_or_instruction_set) {
    const auto r = curves(9, 6);
    // 37, 39 and 9 points: blocks of all sizes.
    for (const Problem& problem : {Problem(gaussian(37, 4)), Problem(weighted(39, 4)),
                                   Problem(qsvr::encode(r.kernel, r.targets, {}))}) {
        for (const auto criteria : {AcceptanceCriteria::metropolis, AcceptanceCriteria::gibbs}) {
            const Parameters base{.num_reads = 100,
                                  .num_sweeps = 90,
                                  .seed = 5,
                                  .proposal_acceptance_criteria = criteria,
                                  .instruction_set = InstructionSet::baseline};
            Parameters other = base;
            other.threads = 3;
            expect_same_samples(problem, base, other);
            for (const auto set : {InstructionSet::avx2, InstructionSet::avx512, InstructionSet::best}) {
                other.instruction_set = set;
                expect_same_samples(problem, base, other);
            }
        }
    }
}

TEST(Simulated, more_reads_begin_with_the_same_reads) {
    const Problem problem = gaussian(15, 8);
    Parameters parameters{.num_reads = 20, .num_sweeps = 5, .descent_reads = 0};
    const auto few = annealer.sample(problem, parameters);
    parameters.num_reads = 50;
    const auto many = annealer.sample(problem, parameters);
    for (const Sample& sample : few->samples())
        EXPECT_TRUE(
            std::ranges::any_of(many->samples(), [&](const Sample& s) { return s.bits == sample.bits; }));
}

TEST(Simulated, initial_states_are_where_reads_start) {
    const Problem problem = gaussian(6, 9);
    const Bits first{1, 0, 1, 0, 1, 1}, second{0, 0, 0, 1, 1, 1};
    Parameters parameters{.num_reads = 5,
                          .num_sweeps = 0,
                          .initial_states = {first, second},
                          .initial_states_generator = InitialStatesGenerator::tile,
                          .descent_reads = 0};
    const auto set = annealer.sample(problem, parameters)->aggregate();
    ASSERT_EQ(set.samples().size(), 2u);
    EXPECT_EQ(set.samples()[0].num_occurrences + set.samples()[1].num_occurrences, 5u);
}

TEST(Simulated, the_unit_of_energy_does_not_matter) {
    for (const double unit : {1e-200, 1e-9, 1e9, 1e200}) {
        qubo::Qubo qubo = gaussian(18, 10);
        const double expected = minimum(qubo);
        qubo.scale(unit);
        const auto set = annealer.sample(qubo, {.num_reads = 32, .num_sweeps = 100});
        ASSERT_TRUE(set);
        EXPECT_NEAR(set->first().energy / unit, expected, 1e-9);
    }
}

TEST(Simulated, an_interrupted_call_returns_what_it_has) {
    std::stop_source stop;
    stop.request_stop();
    const auto set = annealer.sample(
        gaussian(30, 1), {.num_sweeps = most_sweeps / 1000, .interrupt_function = stop.get_token()});
    ASSERT_TRUE(set);
    EXPECT_TRUE(set->info().interrupted);
    EXPECT_EQ(set->samples().size(), 128u);
}

TEST(Simulated, pair_flips_come_far_lower_on_regression) {
    const auto r = curves(20, 12);
    const Problem problem = qsvr::encode(r.kernel, r.targets, {.bits = 3, .base = 2, .exponent = 2});
    const auto gap = [&](bool pairs) {
        const Parameters parameters{
            .num_reads = 64, .num_sweeps = 100, .pair_flips = pairs, .descent_reads = 0};
        const auto set = annealer.sample(problem, parameters);
        double mean = 0;
        for (const Sample& sample : set->samples()) mean += sample.energy / 64;
        const double lowest = annealer.sample(problem, {.num_sweeps = 1000})->first().energy;
        return (mean - lowest) / std::abs(lowest);
    };
    EXPECT_LT(gap(true), 0.5 * gap(false));
}

// Every value that a point's bits can sum up to, as the bits of that point.
std::vector<Bits> codes_of(const qubo::FactoredQubo& problem) {
    std::vector<Bits> all;
    for (std::size_t code = 0; code < std::size_t{1} << problem.slots(); ++code) {
        Bits bits;
        for (std::size_t p = 0; p < problem.slots(); ++p)
            bits.push_back(static_cast<std::uint8_t>(code >> p & 1u));
        all.push_back(bits);
    }
    return all;
}

TEST(LevelDescent, ends_where_no_near_change_of_one_sum_or_two_goes_lower) {
    const auto r = curves(5, 13);
    const auto problem = qsvr::encode(r.kernel, r.targets, {.bits = 2, .base = 2, .exponent = 1});
    const LevelDescent descent(problem);
    const auto set = [&](Bits bits, std::size_t point, const Bits& code) {
        for (std::size_t p = 0; p < code.size(); ++p) bits[problem.variable(point, p)] = code[p];
        return bits;
    };
    const auto codes = codes_of(problem);
    for (std::size_t read = 0; read < 10; ++read) {
        Bits bits = random_state(problem.size(), 15, read);
        const double before = problem.energy(bits);
        descent.lower(bits);
        const double after = problem.energy(bits);
        EXPECT_LE(after, before + 1e-9);
        const auto sums = problem.sums(bits);
        const auto near = [&](const Bits& changed) {  // four levels, 4 x 0.5
            const auto others = problem.sums(changed);
            for (std::size_t n = 0; n < sums.size(); ++n)
                if (std::abs(others[n] - sums[n]) > 2.001) return false;
            return true;
        };
        for (std::size_t n = 0; n < problem.points; ++n)
            for (std::size_t m = 0; m < n; ++m)
                for (const Bits& here : codes)
                    for (const Bits& there : codes) {
                        const Bits changed = set(set(bits, n, here), m, there);
                        if (near(changed)) {
                            ASSERT_GE(problem.energy(changed), after - 1e-8) << n << ' ' << m;
                        }
                    }
    }
}

TEST(Descent, finds_the_minimum_of_regressions_far_more_often_than_flips_alone) {
    std::size_t by_flips = 0, by_both = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto r = curves(20, 40 + seed);
        const auto problem = qsvr::encode(r.kernel, r.targets, {.bits = 3, .base = 2, .exponent = 2});
        const auto proved = BranchAndBoundAnnealer().sample(problem, {});
        ASSERT_TRUE(proved && proved->info().proved_optimal);
        const double lowest = proved->first().energy + 1e-9;
        const FlipDescent flips(problem);
        const Descent both(problem);
        for (std::size_t read = 0; read < 10; ++read) {
            Bits bits = random_state(problem.size(), seed, read);
            flips.lower(bits);
            by_flips += problem.energy(bits) <= lowest ? 1 : 0;
            both.lower(bits);
            by_both += problem.energy(bits) <= lowest ? 1 : 0;
        }
    }
    RecordProperty("by_flips", static_cast<int>(by_flips));
    RecordProperty("by_both", static_cast<int>(by_both));
    EXPECT_GT(by_both, 2 * by_flips + 10);
}

TEST(Descent, ends_where_no_flip_of_one_bit_or_two_goes_lower) {
    const auto r = curves(5, 13);
    const auto structured = qsvr::encode(r.kernel, r.targets, {});
    for (const auto& problem : {structured, qubo::factor(gaussian(25, 14))}) {
        const Descent descent(problem);
        for (std::size_t read = 0; read < 20; ++read) {
            Bits bits = random_state(problem.size(), 15, read);
            const double before = problem.energy(bits);
            descent.lower(bits);
            const double after = problem.energy(bits);
            EXPECT_LE(after, before + 1e-9);
            for (std::size_t i = 0; i < bits.size(); ++i) {
                bits[i] ^= 1;
                EXPECT_GE(problem.energy(bits), after - 1e-8);
                for (std::size_t j = 0; j < i; ++j) {
                    bits[j] ^= 1;
                    EXPECT_GE(problem.energy(bits), after - 1e-8) << i << ' ' << j;
                    bits[j] ^= 1;
                }
                bits[i] ^= 1;
            }
        }
    }
}

}  // namespace
}  // namespace quench::predictor::anneal

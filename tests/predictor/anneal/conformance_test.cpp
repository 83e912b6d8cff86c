// What every annealer owes its callers.
#include "predictor/anneal/annealer.hpp"
#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/brute_force.hpp"
#include "predictor/anneal/random.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/anneal/tempering.hpp"
#include "tests/predictor/qubo/examples.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace quench::predictor::anneal {
namespace {

using testing::HasSubstr;

using Make = std::shared_ptr<const Annealer> (*)();
template <class T>
std::shared_ptr<const Annealer> make() {
    return std::make_shared<T>();
}

class EveryAnnealer : public testing::TestWithParam<Make> {
  protected:
    std::shared_ptr<const Annealer> annealer_ = GetParam()();
    Parameters parameters_{.num_reads = 40, .num_sweeps = 20, .seed = 7};
};
INSTANTIATE_TEST_SUITE_P(Annealers, EveryAnnealer,
                         testing::Values(make<RandomAnnealer>, make<BranchAndBoundAnnealer>,
                                         make<BruteForceAnnealer>, make<SimulatedAnnealer>,
                                         make<TemperingAnnealer>),
                         [](const auto& made) {
                             std::string name(made.param()->name());
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

TEST_P(EveryAnnealer, energies_are_those_of_the_bits_in_order_with_the_offset) {
    const Problem problem = gaussian(11, 1);
    const auto set = annealer_->sample(problem, parameters_);
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_FALSE(set->empty());
    double before = -std::numeric_limits<double>::infinity();
    for (const Sample& sample : set->samples()) {
        EXPECT_NEAR(sample.energy, energy(problem, sample.bits), 1e-12);
        EXPECT_LE(before, sample.energy);
        before = sample.energy;
    }
    EXPECT_EQ(set->info().annealer, annealer_->name());
    EXPECT_GT(set->info().sampling_ns, 0);
}

TEST_P(EveryAnnealer, the_same_seed_gives_the_same_samples) {
    const Problem problem = gaussian(11, 2);
    const auto once = annealer_->sample(problem, parameters_);
    const auto again = annealer_->sample(problem, parameters_);
    ASSERT_TRUE(once && again);
    EXPECT_TRUE(std::ranges::equal(once->samples(), again->samples()));
}

TEST_P(EveryAnnealer, the_two_forms_of_a_problem_have_samples_of_the_same_variables) {
    const auto r = curves(2, 3);
    const auto factored = qsvr::encode(r.kernel, r.targets, {});
    const auto set = annealer_->sample(factored, parameters_);
    ASSERT_TRUE(set) << set.error().text();
    const auto dense = qubo::expand(factored);
    for (const Sample& sample : set->samples()) EXPECT_NEAR(sample.energy, dense.energy(sample.bits), 1e-11);
}

TEST_P(EveryAnnealer, problems_without_variables_or_without_terms_have_an_answer) {
    for (const std::size_t n : {0, 1, 3}) {
        const auto set = annealer_->sample(qubo::Qubo(n), parameters_);
        ASSERT_TRUE(set) << n << ": " << set.error().text();
        EXPECT_EQ(set->first().bits.size(), n);
        EXPECT_EQ(set->first().energy, 0);
    }
}

TEST_P(EveryAnnealer, what_makes_no_sense_is_an_error_with_a_reason) {
    const auto says = [&](const Problem& problem, const Parameters& parameters) {
        const auto set = annealer_->sample(problem, parameters);
        return set ? std::string("no error") : set.error().text();
    };
    qubo::Qubo infinite(2);
    infinite.add_linear(0, std::numeric_limits<double>::infinity());
    EXPECT_THAT(says(infinite, parameters_), HasSubstr("not finite"));
    const Problem problem = gaussian(4, 1);
    EXPECT_THAT(says(problem, {.num_reads = 0}), HasSubstr("num_reads is 0"));
    EXPECT_THAT(says(problem, {.num_reads = most_reads + 1}), HasSubstr("num_reads is too large"));
    EXPECT_THAT(says(problem, {.num_sweeps = most_sweeps + 1}), HasSubstr("num_sweeps is too large"));
    EXPECT_THAT(says(problem, {.num_sweeps_per_beta = 0}), HasSubstr("num_sweeps_per_beta is 0"));
    EXPECT_THAT(says(problem, {.beta_range = {{0.0, 1.0}}}), HasSubstr("beta_range holds 0"));
    EXPECT_THAT(says(problem, {.beta_range = {{-1.0, 1.0}}}), HasSubstr("beta_range is not usable"));
    EXPECT_THAT(says(problem, {.beta_range = {{5.0, 1.0}}}), HasSubstr("beta_range falls"));
    EXPECT_THAT(says(problem, {.beta_schedule_type = BetaSchedule::custom, .beta_schedule = {1}}),
                HasSubstr("beta_schedule has 1 values"));
    EXPECT_THAT(says(problem, {.initial_states = {Bits{1, 0}}}), HasSubstr("an initial state has 2 values"));
    EXPECT_THAT(says(problem, {.initial_states = {Bits{1, 0, 2, 0}}}), HasSubstr("else than 0 and 1"));
    EXPECT_THAT(says(problem, {.initial_states_generator = InitialStatesGenerator::none}),
                HasSubstr("too few"));
    EXPECT_THAT(says(problem, {.initial_states_generator = InitialStatesGenerator::tile}),
                HasSubstr("to tile"));
}

TEST(SampleSet, aggregate_and_lowest_keep_what_they_say) {
    qubo::Qubo qubo(2);
    qubo.add_linear(0, 1);
    const SampleSet set(qubo, {{1, 0}, {0, 0}, {0, 1}, {0, 0}}, {});
    const SampleSet distinct = set.aggregate();
    ASSERT_EQ(distinct.samples().size(), 3u);
    EXPECT_EQ(distinct.first().num_occurrences, 2u);
    EXPECT_EQ(set.lowest().samples().size(), 3u);
}

}  // namespace
}  // namespace quench::predictor::anneal

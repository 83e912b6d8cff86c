#include "bench/search_quality/fidelity.hpp"

#include "search/catalogue.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::bench {
namespace {

using testing::ElementsAre;

constexpr std::size_t evaluations = 12;
constexpr search::Resource budget = 12 * full_fidelity;

std::vector<std::string> names(const std::vector<Method>& methods) {
    std::vector<std::string> all;
    for (const Method& method : methods) all.push_back(method.name());
    return all;
}

TEST(fidelity, baselines_are_always_run_and_once) {
    EXPECT_THAT(names(with_baselines({"tpe"}, {"hyperband"})),
                ElementsAre("random", "one-epoch", "hyperband+tpe"));
    EXPECT_THAT(names(with_baselines({"random", "tpe"}, {"none", "one-epoch"})),
                ElementsAre("random", "one-epoch", "tpe", "one-epoch+tpe"));
    EXPECT_THAT(names(with_baselines({"tpe"}, {"asha"}, 4)),
                ElementsAre("random", "one-epoch", "asha-eta4+tpe"));
}

TEST(fidelity, random_search_finds_the_best_of_the_samplers_first_configurations) {
    const Problem problem = make_problem("fidelity-hartmann3", 4);
    const auto sampler = search::make_sampler({.name = "random", .seed = 4}, problem.space);
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < evaluations; ++i)
        best = std::min(best, problem.regret(sampler.value()->ask(search::TrialId(i), 1).front()));
    const auto run = run_study(problem, {"random", "none"}, evaluations, 1, 4);
    EXPECT_EQ(run.trained_out, best);
    EXPECT_EQ(run.resource, budget);
    EXPECT_EQ(run.completed, evaluations);
}

TEST(fidelity, one_epoch_trains_the_best_64th_to_the_end_and_as_many_trials_as_can_be_paid) {
    const Problem problem = make_problem("fidelity-branin", 0);
    const auto run = run_study(problem, {"random", "one-epoch"}, evaluations, 8, 0);
    const auto cost = [](std::size_t trials) {
        return static_cast<search::Resource>(trials + 63 * std::max<std::size_t>(trials / 64, 1));
    };
    EXPECT_EQ(run.completed, run.trials / 64);
    EXPECT_EQ(run.resource, cost(run.trials));
    EXPECT_LE(run.resource, budget);
    EXPECT_GT(cost(run.trials + 1), budget);
}

TEST(fidelity, no_scheduler_spends_more_than_the_budget_and_each_finds_something) {
    const Problem problem = make_problem("fidelity-branin", 1);
    for (const std::string& scheduler : search::scheduler_names()) {
        if (search::scheduler_proposes(scheduler)) continue;
        const auto run = run_study(problem, {"random", scheduler}, evaluations, 1, 1);
        EXPECT_LE(run.resource, budget) << scheduler;
        EXPECT_GE(run.resource, budget / 2) << scheduler;
        ASSERT_TRUE(run.trained_out.has_value()) << scheduler;
        EXPECT_GE(*run.trained_out, 0) << scheduler;
    }
}

TEST(fidelity, eight_workers_spend_the_same_budget_in_less_time) {
    const Problem problem = make_problem("fidelity-hartmann6", 2);
    const auto one = run_study(problem, {"random", "asha"}, evaluations, 1, 2);
    const auto eight = run_study(problem, {"random", "asha"}, evaluations, 8, 2);
    EXPECT_EQ(one.resource, eight.resource);
    EXPECT_LT(eight.seconds, one.seconds / 2);
}

TEST(fidelity, what_cannot_be_run_is_refused_in_words) {
    const Problem problem = make_problem("fidelity-branin", 0);
    for (const Method& method :
         {Method{"random", "pbt"}, {"random", "no such"}, {"no such", "asha"}, {"random", "asha", 1}})
        EXPECT_THROW((void)study_of(problem, method, evaluations, 0), std::runtime_error) << method.name();
}

}  // namespace
}  // namespace quench::bench

#include "orchestrator/simulate/virtual_study.hpp"

#include "base/random.hpp"
#include "orchestrator/simulate/many.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

constexpr auto asha = "scheduler: asha, min: 1, max: 9, eta: 3";

double seconds_of(const Run& run, Use use) {
    return base::seconds(run.time.of(use));
}

TEST(virtual_study, hyperband_spends_what_its_schedule_says_on_any_number_of_workers) {
    const auto study = study_of("scheduler: hyperband, max: 100, eta: 2", "{}");
    for (const std::size_t workers : {1, 7, 300}) {
        const auto run = simulate(study, Flat(100), {.workers = workers, .spread = 0.5});
        EXPECT_EQ(run.resource, 3213);
        EXPECT_EQ(run.trials, 163u);
        EXPECT_EQ(run.wrongly_dropped_trials, 0u);
        EXPECT_EQ(run.regret, 0);
        EXPECT_EQ(run.ending, "all brackets are complete");
    }
}

TEST(virtual_study, one_worker_takes_the_sum_of_what_everything_costs) {
    const auto study = study_of("scheduler: none, max: 4", "{trials: 3}");
    const auto run = simulate(study, Flat(4), {.seconds = 10, .startup = 5, .checkpoint = 2});
    EXPECT_EQ(run.seconds, 3 * (5 + 4 * (10 + 2)));
    EXPECT_EQ(seconds_of(run, Use::training), 120);
    EXPECT_EQ(seconds_of(run, Use::starting), 15);
    EXPECT_EQ(seconds_of(run, Use::saving), 24);
    EXPECT_EQ(run.completed, 3u);
}

TEST(virtual_study, a_promoted_trial_is_started_again) {
    // Of three at one epoch the best goes on to three: four attempts.
    const auto study = study_of("scheduler: asha, min: 1, max: 3, eta: 3", "{trials: 3}");
    const auto run = simulate(study, Flat(3), {.startup = 5});
    EXPECT_EQ(run.resource, 3 * 1 + 2);
    EXPECT_EQ(seconds_of(run, Use::starting), 4 * 5);
}

TEST(virtual_study, a_child_goes_on_from_its_parents_value_with_what_its_own_configuration_gains) {
    /// Trials of the sampler begin at 100 and fall by 1 a step, children at -1000, and fall by 2.
    class Falling final : public Landscape {
      public:
        [[nodiscard]] Curve curve(const search::space::Configuration&, std::uint64_t,
                                  search::TrialId trial) const override {
            const bool child = trial.value() >= 8;
            Curve curve;
            for (int step = 1; step <= 20; ++step)
                curve.values.push_back((child ? -1000 : 100) - step * (child ? 2 : 1));
            return curve;
        }
    };
    const auto study = study_of("scheduler: pbt, population: 8, interval: 2, max: 20", "{}");
    const auto run = simulate(study, Falling(), {.workers = 3, .seconds = 1});
    EXPECT_EQ(run.ending, "all 8 members of the population are trained to max");
    EXPECT_GT(run.trials, 8u);
    EXPECT_EQ(run.resource, 8 * 20) << "each place is trained to max once";
    EXPECT_EQ(seconds_of(run, Use::training), 8 * 20);
    EXPECT_EQ(seconds_of(run, Use::repeated), 0) << "a child begins where its parent was";
    // The first children are copied at 2 from 98 and gain 2 for each of the other 18 steps.
    EXPECT_EQ(run.best, 98 - 2 * 18);
    EXPECT_EQ(run.trained_out, run.best);
}

TEST(virtual_study, two_workers_are_twice_as_fast_and_the_one_that_is_left_over_idles) {
    const auto study = study_of("scheduler: none, max: 4", "{trials: 3}");
    const auto run = simulate(study, Flat(4), {.workers = 2});
    EXPECT_EQ(run.seconds, 8);
    EXPECT_EQ(seconds_of(run, Use::last_trials), 4);
    EXPECT_EQ(seconds_of(run, Use::waiting), 0);
    EXPECT_EQ(run.idle_before_last, 0);
}

TEST(virtual_study, the_landscapes_seconds_count_unless_others_are_given) {
    class Timed final : public Landscape {
      public:
        [[nodiscard]] Curve curve(const search::space::Configuration&, std::uint64_t,
                                  search::TrialId) const override {
            return {.values = {3, 2, 1}, .seconds = {7, 5, 1}, .distance = 0.5};
        }
    };
    const auto study = study_of("scheduler: none, max: 3", "{trials: 1}");
    EXPECT_EQ(simulate(study, Timed(), {}).seconds, 13);
    EXPECT_EQ(simulate(study, Timed(), {.seconds = 2}).seconds, 6);
    const auto run = simulate(study, Timed(), {});
    EXPECT_EQ(run.off_grid, 1u);
    EXPECT_EQ(run.distance, 0.5);
    EXPECT_EQ(run.best, 1);
    const std::vector<Improvement> improvements = {{1, 7, 3}, {2, 12, 2}, {3, 13, 1}};
    EXPECT_EQ(run.improvements, improvements);
}

TEST(virtual_study, a_study_that_ends_for_want_of_configurations_says_so) {
    auto study = study::study_from_text(
        "study: small\nobjective: {metric: loss}\nspace: {x: {type: categorical, choices: [0.25, 0.5, "
        "0.75]}, "
        "y: {type: fixed, value: 0.5}}\nfidelity: {scheduler: none, max: 2}\nstop: {trials: 40}\n"
        "trial: {command: [program]}\n");
    ASSERT_TRUE(study.ok()) << study.error().text();
    const auto run = simulate(study.value(), Flat(2), {});
    EXPECT_EQ(run.trials, 3u);
    EXPECT_NE(run.ending.find("; the space is exhausted: all of its 3 configurations were proposed"),
              run.ending.npos)
        << run.ending;
}

TEST(virtual_study, stop_rules_hold_in_virtual_time_and_resource) {
    const auto hours = study_of("scheduler: none, max: 100", "{hours: 0.01}");  // 36 s
    const auto late = simulate(hours, Flat(100), {});
    EXPECT_EQ(late.seconds, 36);
    EXPECT_TRUE(late.provisional);
    EXPECT_EQ(late.trained_out, late.best);  // values do not change with the step here
    EXPECT_EQ(late.ending.rfind("stop.hours", 0), 0u) << late.ending;
    const auto spent =
        simulate(study_of("scheduler: none, max: 100", "{resource: 250}"), Flat(100), {.workers = 4});
    EXPECT_EQ(spent.resource, 250);
    const auto good = simulate(study_of("scheduler: none, max: 2", "{value: 0.05}"), Flat(2), {});
    ASSERT_FALSE(good.improvements.empty());
    EXPECT_LE(good.improvements.back().value, 0.05);
}

TEST(virtual_study, an_objective_that_is_no_number_ends_the_trial_and_never_the_study) {
    const auto run = simulate(study_of(asha, "{trials: 200}"), Flat(9, 0.3), {.workers = 5});
    EXPECT_EQ(run.trials, 200u);
    EXPECT_GT(run.completed, 0u);
    const auto nothing = simulate(study_of(asha, "{trials: 20}"), Flat(9, 1), {.workers = 5});
    EXPECT_EQ(nothing.completed, 0u);
    const auto maximised = simulate(study_of(asha, "{trials: 200}", "maximize"), Flat(9), {.workers = 5});
    EXPECT_GT(maximised.best.value_or(0), 0.9);
}

TEST(virtual_study, a_worker_that_dies_loses_the_step_that_it_trained_and_no_more) {
    // Without deaths: 20 trials of 10 steps of 1 s. 60 deaths an hour are 1 a minute.
    const auto study = study_of("scheduler: none, max: 10", "{trials: 20}");
    const Cost cost{.workers = 1, .deaths_per_hour = 60, .repair = 20};
    const auto run = simulate(study, Flat(10), cost);
    EXPECT_EQ(run.completed, 20u);
    EXPECT_EQ(seconds_of(run, Use::training), 200);
    EXPECT_GT(seconds_of(run, Use::down), 0);
    EXPECT_GT(seconds_of(run, Use::repeated), 0);
    const double deaths = seconds_of(run, Use::down) / 20;
    EXPECT_LE(seconds_of(run, Use::repeated), deaths);
    // A worker that is back before its silence is noticed is noticed by that.
    const auto quick = simulate(study, Flat(10), {.workers = 1, .deaths_per_hour = 60, .repair = 1});
    EXPECT_EQ(quick.completed, 20u);
    EXPECT_LT(quick.seconds, run.seconds);
}

/// Every study comes to its end, and every worker's time is accounted for to the microsecond.
TEST(virtual_study, the_workers_time_adds_up_whatever_happens) {
    const char* fidelities[] = {asha, "scheduler: hyperband, max: 27, eta: 3", "scheduler: none, max: 7"};
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE(seed);
        base::Rng rng(seed, "rough simulation");
        auto study = study_of(fidelities[seed % 3], rng.below(2) == 0 ? "{trials: 30}" : "{resource: 100}");
        study.sampler.seed = seed;
        Cost cost;
        cost.workers = 1 + rng.below(20);
        cost.seconds = rng.uniform() * 20;
        cost.spread = rng.below(2) == 0 ? 0 : rng.uniform();
        cost.startup = rng.below(2) == 0 ? 0 : 10 * rng.uniform();
        cost.checkpoint = rng.below(2) == 0 ? 0 : 3 * rng.uniform();
        cost.deaths_per_hour = rng.below(2) == 0 ? 0 : 20 * rng.uniform();
        cost.repair = 100 * rng.uniform();
        const auto run = simulate(study, Flat(27, 0.1), cost);
        const auto end = base::Duration(std::llround(run.seconds * 1e6));
        EXPECT_EQ(run.time.total(), static_cast<std::int64_t>(cost.workers) * end);
        for (const Use use : uses) EXPECT_GE(run.time.of(use).count(), 0) << name_of(use);
        EXPECT_GE(run.idle_before_last, 0);
        EXPECT_LE(run.idle_before_last, 1);
        if (cost.deaths_per_hour == 0) {
            EXPECT_EQ(run.time.of(Use::down).count(), 0);
        }
        for (std::size_t i = 1; i < run.improvements.size(); ++i)
            EXPECT_LT(run.improvements[i].value, run.improvements[i - 1].value);
        if (HasFailure()) return;
    }
}

TEST(virtual_study, a_seed_gives_the_same_run_on_any_number_of_threads) {
    const auto study = study_of(asha);
    const Cost cost{.workers = 6, .spread = 0.7, .startup = 1, .deaths_per_hour = 30, .repair = 30};
    const auto one = simulate_many(study, Flat(9, 0.1), cost, 40, 1);
    const auto four = simulate_many(study, Flat(9, 0.1), cost, 40, 4);
    ASSERT_EQ(one.size(), 40u);
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(one[i].seed, 5 + i);
        EXPECT_EQ(one[i].best, four[i].best);
        EXPECT_EQ(one[i].seconds, four[i].seconds);
        EXPECT_EQ(one[i].time, four[i].time);
        EXPECT_EQ(one[i].improvements, four[i].improvements);
    }
    EXPECT_NE(one[0].seconds, one[1].seconds);
}

TEST(virtual_study, asha_keeps_every_worker_busy_until_the_last_trials) {
    for (const std::size_t workers : {1, 10, 100, 1000}) {
        const auto study = study_of("scheduler: asha, min: 1, max: 27, eta: 3",
                                    "{trials: " + std::to_string(20 * workers) + "}");
        const auto run = simulate(study, Flat(27), {.workers = workers, .spread = 1});
        EXPECT_LE(run.idle_before_last, 0.01) << workers;
    }
}

}  // namespace
}  // namespace quench::orchestrator::simulate

// Properties of the whole system under weather, over hundreds of seeds.
#include "tests/orchestrator/core/simulation.hpp"

#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/invariants.hpp"
#include "orchestrator/core/verify.hpp"
#include "orchestrator/store/fact_codec.hpp"
#include "tests/orchestrator/core/digest.hpp"
#include "tests/orchestrator/core/rig.hpp"
#include "tests/orchestrator/core/test_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using std::chrono::hours;
using testing::IsEmpty;

constexpr Weather storm{.lost = 0.1,
                        .repeated = 0.1,
                        .delay_s = 0.1,
                        .long_delays = 0.02,
                        .worker_crashes_per_hour = 60,
                        .coordinator_crash = 0.01,
                        .program_crash = 0};

Study study_for(const std::string& scheduler, std::uint64_t trials) {
    Study study = small_study(scheduler, 9);
    if (scheduler == "pbt") study.fidelity.population = 4;  // most of the trials are children
    study.stop.trials = trials;
    study.trial.retries = 100;
    return study;
}

/// The verdicts and proposals, without what depends on when they were made.
std::vector<std::string> decisions(const std::vector<StampedFact>& facts) {
    std::vector<std::string> lines;
    for (const StampedFact& stamped : facts) {
        if (const auto* proposed = std::get_if<TrialProposed>(&stamped.fact)) {
            TrialProposed copy = *proposed;
            copy.told = 0;
            lines.push_back(store::encode(copy).body);
        } else if (std::holds_alternative<VerdictGiven>(stamped.fact)) {
            lines.push_back(store::encode(stamped.fact).body);
        }
    }
    return lines;
}

/// No attempt goes over steps that are reported already.
void expect_no_step_is_paid_twice(const std::vector<StampedFact>& facts) {
    std::map<std::uint64_t, Resource> reached;
    for (const StampedFact& stamped : facts) {
        if (const auto* proposed = std::get_if<TrialProposed>(&stamped.fact)) {
            if (proposed->parent) reached[proposed->trial.value()] = proposed->parent->step;
        } else if (const auto* reported = std::get_if<Reported>(&stamped.fact)) {
            EXPECT_GT(reported->step, reached[reported->trial.value()]);
            reached[reported->trial.value()] = reported->step;
        } else if (const auto* started = std::get_if<AttemptStarted>(&stamped.fact)) {
            EXPECT_EQ(started->from, reached[started->trial.value()]);
            EXPECT_LT(started->from, started->to);
        }
    }
}

void expect_in_order(Simulation& simulation) {
    ASSERT_TRUE(simulation.run(hours(24))) << "the study did not end";
    EXPECT_THAT(simulation.complaints, IsEmpty());
    EXPECT_THAT(verify(simulation.journal), IsEmpty());
    EXPECT_THAT(broken_invariants(simulation.coordinator().state()), IsEmpty());
    expect_no_step_is_paid_twice(simulation.journal);
}

void over_seeds(const std::function<void(std::uint64_t)>& property) {
    const std::uint64_t first = test_options().seed.value_or(1);
    const std::uint64_t seeds = test_options().seed ? 1 : test_options().seeds.value_or(200);
    for (std::uint64_t seed = first; seed < first + seeds && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(replay_command(seed));
        property(seed);
    }
}

TEST(SimulatedSystem, always_ends_its_study_and_loses_nothing_that_it_acknowledged) {
    std::size_t lost = 0;
    std::size_t restarts = 0;
    over_seeds([&](std::uint64_t seed) {
        base::Rng rng(seed, "which");
        const auto schedulers = search::scheduler_names();
        Weather weather = storm;
        weather.program_crash = 0.02;
        Simulation simulation(study_for(schedulers[rng.below(schedulers.size())], 10 + rng.below(20)), seed,
                              1 + rng.below(5), 1 + static_cast<int>(rng.below(3)), weather);
        expect_in_order(simulation);
        lost += facts_of<WorkerLost>(simulation.journal).size();
        restarts += facts_of<CoordinatorStarted>(simulation.journal).size() - 1;
    });
    if (test_options().seed) return;
    EXPECT_GT(lost, 100u) << "the weather was too fair to show anything";
    EXPECT_GT(restarts, 100u);
}

void expect_the_same_in_every_weather(const std::string& scheduler) {
    over_seeds([&](std::uint64_t seed) {
        Simulation fair(study_for(scheduler, 20), seed, 1, 1, {});
        Simulation foul(study_for(scheduler, 20), seed, 1, 1, storm);
        expect_in_order(fair);
        expect_in_order(foul);
        EXPECT_EQ(decisions(foul.journal), decisions(fair.journal));
        EXPECT_EQ(foul.coordinator().state().best, fair.coordinator().state().best);
    });
}

TEST(SimulatedSystem, with_one_worker_asha_decides_the_same_in_every_weather) {
    expect_the_same_in_every_weather("asha");
}

TEST(SimulatedSystem, with_one_worker_population_based_training_decides_the_same_in_every_weather) {
    expect_the_same_in_every_weather("pbt");
}

TEST(SimulatedSystem, children_begin_with_the_checkpoint_of_their_parents_step_whatever_is_lost) {
    std::size_t children = 0;
    over_seeds([&](std::uint64_t seed) {
        base::Rng rng(seed, "which");
        Study study = study_for("pbt", 1000);
        study.stop.trials.reset();
        study.fidelity.max = 20;
        study.fidelity.interval = 1 + static_cast<Resource>(rng.below(4));
        study.fidelity.population = 2 + rng.below(8);
        study.fidelity.quantile = 0.5;
        study.trial.retries = static_cast<int>(rng.below(3));
        Weather weather = storm;
        weather.program_crash = 0.03;
        Simulation simulation(study, seed, 1 + rng.below(5), 1 + static_cast<int>(rng.below(3)), weather);
        expect_in_order(simulation);
        for (const TrialProposed& fact : facts_of<TrialProposed>(simulation.journal))
            children += fact.parent ? 1 : 0;
    });
    if (test_options().seed) return;
    EXPECT_GT(children, 2000u);
}

TEST(SimulatedSystem, with_one_worker_hyperband_decides_the_same_in_every_weather) {
    expect_the_same_in_every_weather("hyperband");
}

void expect_the_same_after_json(const std::string& scheduler, std::uint64_t seed) {
    SCOPED_TRACE(scheduler);
    Simulation simulation(study_for(scheduler, 30), seed, 4, 1, storm);
    ASSERT_TRUE(simulation.run(hours(24)));
    const auto again = read_back(simulation.journal);
    State written, read;
    for (std::size_t i = 0; i < again.size(); ++i) {
        ASSERT_TRUE(apply(written, simulation.journal[i]).ok());
        ASSERT_TRUE(apply(read, again[i]).ok());
        if (!std::holds_alternative<VerdictGiven>(again[i].fact)) continue;
        ASSERT_EQ(difference(digest(read), digest(written)), "") << "after " << i + 1 << " facts";
    }
    EXPECT_EQ(difference(digest(read), digest(written)), "");
}

TEST(SimulatedSystem, every_scheduler_answers_the_same_to_facts_that_were_json_meanwhile) {
    for (const std::string& scheduler : search::scheduler_names())
        for (std::uint64_t seed = 1; seed <= 3 && !HasFailure(); ++seed)
            expect_the_same_after_json(scheduler, seed);
}

}  // namespace
}  // namespace quench::orchestrator::core

#include "orchestrator/core/warm_start.hpp"

#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/verify.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using search::Ending;
using testing::HasSubstr;

Study of_trials(const std::string& sampler, std::uint64_t trials, Resource max = 3) {
    Study study = small_study("none", max);
    study.sampler.name = sampler;
    study.stop.trials = trials;
    return study;
}

double parabola(const Trial& trial) {
    const double x = std::get<double>(trial.params.begin()->second);
    return (x - 0.3) * (x - 0.3);
}

/// Trials one after the other, on a parabola; trial 1 crashes for good, the last one still runs.
Rig& run(Rig& rig, std::uint64_t trials) {
    rig.join("w1");
    for (std::uint64_t i = 0; i < trials; ++i) {
        if (i == 1) {
            while (!rig.is<Ended>(1)) rig.end("w1", 1, Outcome::crashed);
            continue;
        }
        rig.train("w1", i, parabola(rig.trial(i)));
    }
    return rig;
}

std::vector<StampedFact> begun(const Study& study, const std::vector<TrialLearned>& learned) {
    std::vector<StampedFact> facts{{base::TimePoint{1}, created_as(study)}};
    for (const TrialLearned& one : learned) facts.push_back({base::TimePoint{1}, one});
    return facts;
}

TEST(WarmStart, takes_the_ended_trials_that_fit_and_counts_the_others_by_reason) {
    Rig rig(of_trials("random", 12));
    run(rig, 10);
    Study study = of_trials("tpe", 5);
    const auto learnable = learnable_from(rig.state(), study);
    ASSERT_TRUE(learnable.ok());
    ASSERT_EQ(learnable->trials.size(), 10u);
    EXPECT_EQ(learnable->trials.back().trial, TrialId(1)) << "what broke comes last";
    EXPECT_EQ(learnable->trials.back().how, Ending::failed);
    for (std::size_t i = 1; i + 1 < learnable->trials.size(); ++i)
        EXPECT_LE(learnable->trials[i - 1].curve.back().values[0],
                  learnable->trials[i].curve.back().values[0]);
    EXPECT_EQ(to_text(*learnable, "t"), "warm start: 10 of 11 trials of 't' are used (1: not ended)");

    study.space = search::space::Space::make(
                      {{"x", search::space::FloatDomain{0, 0.5, search::space::Scale::linear, {}}, {}}})
                      .value();
    const auto fewer = learnable_from(rig.state(), study);
    EXPECT_LT(fewer->trials.size(), 10u);
    EXPECT_EQ(fewer->trials.size() + fewer->skipped.at("not in this space"), 10u);
}

TEST(WarmStart, leaves_out_what_began_with_another_trials_checkpoint) {
    Study population = small_study("pbt", 4);
    population.fidelity.population = 2;
    population.fidelity.quantile = 0.5;
    Rig rig(population);
    rig.join("w1");
    while (!rig.state().running.empty()) {
        const std::uint64_t trial = rig.state().running.begin()->value();
        rig.train("w1", trial, parabola(rig.trial(trial)));
    }
    const auto learnable = learnable_from(rig.state(), of_trials("tpe", 5));
    ASSERT_TRUE(learnable.ok());
    const std::size_t children = learnable->skipped.at("begun from another trial's checkpoint");
    EXPECT_EQ(children + learnable->trials.size(), rig.state().trials.size());
    EXPECT_EQ(learnable->trials.size(), 2u);
}

TEST(WarmStart, curves_end_where_trials_of_the_study_do) {
    Rig rig(of_trials("random", 4, 3));
    run(rig, 1);
    for (const Resource max : {1, 3, 9}) {
        const auto learnable = learnable_from(rig.state(), of_trials("tpe", 5, max));
        ASSERT_EQ(learnable->trials.size(), 1u);
        EXPECT_EQ(learnable->trials[0].curve.back().step, std::min<Resource>(max, 3));
        EXPECT_EQ(learnable->trials[0].how, max <= 3 ? Ending::completed : Ending::stopped);
    }
}

TEST(WarmStart, another_objective_is_refused) {
    Rig rig(of_trials("random", 4));
    run(rig, 1);
    Study study = of_trials("tpe", 5);
    study.objective.metric = "accuracy";
    EXPECT_THAT(learnable_from(rig.state(), study).error().text(),
                HasSubstr("has no objective accuracy (it has loss)"));
}

TEST(WarmStart, every_sampler_goes_on_from_its_journal_as_if_nothing_had_happened) {
    Rig rig(of_trials("random", 40));
    run(rig, 30);
    for (const std::string& sampler : search::sampler_names()) {
        if (sampler == "grid") continue;
        const Study study = of_trials(sampler, 5);
        const auto facts = begun(study, learnable_from(rig.state(), study)->trials);
        const auto one = replay(facts), two = replay(read_back(facts));
        ASSERT_TRUE(one.ok() && two.ok());
        EXPECT_EQ(one->learned, 30u);
        EXPECT_EQ(one->told, 30u);
        EXPECT_TRUE(one->trials.empty()) << "what was learned is no trial of this study";
        EXPECT_EQ(one->sampler->ask(TrialId(0), 5), two->sampler->ask(TrialId(0), 5));
    }
}

TEST(WarmStart, a_model_begins_where_the_other_study_was_good) {
    Rig rig(of_trials("random", 60));
    run(rig, 50);
    for (const std::string sampler : {"tpe", "gp", "cmaes", "nsga2"}) {
        double away = 0, cold = 0;
        for (std::uint64_t seed = 0; seed < 5; ++seed) {
            Study study = of_trials(sampler, 5);
            study.sampler.seed = seed;
            const auto learned = learnable_from(rig.state(), study)->trials;
            const auto warm = replay(begun(study, learned)), plain = replay(begun(study, {}));
            for (const auto& c : warm->sampler->ask(TrialId(0), 5))
                away += std::abs(std::get<double>(c.begin()->second) - 0.3);
            for (const auto& c : plain->sampler->ask(TrialId(0), 5))
                cold += std::abs(std::get<double>(c.begin()->second) - 0.3);
        }
        EXPECT_LT(away, 0.7 * cold) << sampler;
    }
}

TEST(WarmStart, facts_that_cannot_be_are_refused) {
    const Study study = of_trials("tpe", 5);
    const TrialLearned good{"t", TrialId(0), {{"x", 0.5}}, {{1, {0.5}}}, Ending::stopped};
    EXPECT_TRUE(replay(begun(study, {good})).ok());
    const auto refused = [&](TrialLearned bad, const char* why) {
        const auto state = replay(begun(study, {good, std::move(bad)}));
        ASSERT_FALSE(state.ok()) << why;
        EXPECT_THAT(state.error().text(), HasSubstr(why));
    };
    TrialLearned bad = good;
    bad.params["x"] = 2.0;
    refused(bad, "out of range");
    bad = good;
    bad.curve = {{2, {0.5}}, {1, {0.5}}};
    refused(bad, "no rising curve");
    bad.curve = {{1, {0.5, 0.5}}};
    refused(bad, "no rising curve of all objectives");
    bad.curve = {{1, {std::nan("")}}};
    refused(bad, "not finite");
    auto late = begun(study, {});
    late.push_back({base::TimePoint{1}, TrialProposed{TrialId(0), {{"x", 0.5}}, 0, 3, 0}});
    late.push_back({base::TimePoint{1}, good});
    EXPECT_THAT(replay(late).error().text(), HasSubstr("after the first proposal"));
}

}  // namespace
}  // namespace quench::orchestrator::core

#include "search/scheduler/fast_hyperband.hpp"

#include "predictor/catalogue.hpp"
#include "tests/search/scheduler/simulation.hpp"
#include "tests/search/scheduler/training.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

FastHyperband::Options options_of(Resource max, const std::string& model = "svr",
                                  predictor::PredictorOptions with = {}) {
    FastHyperband::Options options;
    options.plan = hyperband_plan(1, max, 2);
    options.unit = "epoch";
    with.try_emplace("parameters", "false");
    if (model == "last") with.clear();
    options.predictor = std::move(predictor::make_predictor(model, with)).value();
    return options;
}

TEST(fast_hyperband, finds_what_hyperband_finds_on_smooth_curves_for_less) {
    Hyperband hyperband({hyperband_plan(1, 64, 2), 2, "epoch"});
    FastHyperband fast(options_of(64));
    std::vector<double> theirs;
    std::vector<double> ours;
    const Resource all = train(hyperband, 64, power_law, theirs);
    std::size_t stops = 0;
    const Resource spent = train(fast, 64, power_law, ours, [&](const Judgement& judgement) {
        if (!judgement.evidence) return;
        ++stops;
        EXPECT_EQ(judgement.verdict, Verdict::stop);
        EXPECT_EQ(judgement.evidence->predictor, "svr");
        EXPECT_LE(*judgement.evidence->chance, 0.05);
        EXPECT_GT(judgement.evidence->target, judgement.step);
        EXPECT_TRUE(judgement.forecast && judgement.threshold);
    });
    EXPECT_GT(stops, 10u);
    EXPECT_LT(spent, all * 98 / 100);
    EXPECT_EQ(*std::min_element(ours.begin(), ours.end()), *std::min_element(theirs.begin(), theirs.end()));
}

TEST(fast_hyperband, until_enough_trials_were_trained_to_a_target_it_is_hyperband) {
    auto options = options_of(64, "last");
    options.teaching = 10'000;
    FastHyperband fast(options);
    Hyperband hyperband({options.plan, 2, "epoch"});
    std::vector<double> at_max;
    EXPECT_EQ(train(fast, 64, power_law, at_max), train(hyperband, 64, power_law, at_max));
}

TEST(fast_hyperband, a_predictor_that_fails_or_that_is_never_sure_leaves_hyperband) {
    Hyperband hyperband({hyperband_plan(1, 16, 2), 2, "epoch"});
    std::vector<double> at_max;
    const Resource all = train(hyperband, 16, power_law, at_max);
    FastHyperband failing(options_of(16, "qsvr", {{"command", "/bin/false"}}));
    EXPECT_EQ(train(failing, 16, power_law, at_max), all);
    auto timid = options_of(16, "last");
    timid.risk = 0;
    FastHyperband never(timid);
    const auto noise = [](std::uint64_t trial, Resource step) {
        return base::Rng(trial, "white noise", static_cast<std::uint64_t>(step)).uniform();
    };
    EXPECT_GT(train(never, 16, noise, at_max), all * 98 / 100);
}

TEST(fast_hyperband, survives_failures_and_many_workers) {
    for (const std::size_t workers : {1, 8, 64}) {
        auto options = options_of(64, "last");
        options.teaching = 5;
        FastHyperband fast(options);
        SimulationOptions rough;
        rough.seed = workers;
        rough.max = 64;
        rough.workers = workers;
        rough.failure_rate = 0.05;
        rough.loss_rate = 0.1;
        Simulation study(fast, rough);
        study.run();
        EXPECT_EQ(study.stopped + study.failed, study.trials);
    }
}

}  // namespace
}  // namespace quench::search::scheduler

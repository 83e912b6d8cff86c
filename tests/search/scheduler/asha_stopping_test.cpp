#include "search/scheduler/asha_stopping.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

AshaStopping::Options rungs_of(Resource min, Resource max, Resource eta, int brackets = 1) {
    AshaStopping::Options options;
    options.min = min;
    options.max = max;
    options.eta = eta;
    options.unit = "epoch";
    options.brackets = brackets;
    return options;
}

void start(AshaStopping& asha, std::uint64_t trial, int bracket = 0) {
    asha.tell(Proposed{TrialId(trial), {}, bracket, 9});
}

TEST(asha_stopping, a_trial_starts_for_the_maximum_and_nothing_is_said_while_it_goes_on) {
    AshaStopping asha(rungs_of(1, 9, 3));
    EXPECT_EQ(asha.next_job(), Job(Start{0, 9}));
    start(asha, 0);
    for (Resource step = 1; step < 9; ++step) {
        asha.tell(Reported{TrialId(0), step, 0.5});
        EXPECT_TRUE(asha.judgements_due().empty()) << step;
    }
    asha.tell(Reported{TrialId(0), 9, 0.5});
    ASSERT_EQ(asha.judgements_due().size(), 1u);
    EXPECT_EQ(asha.judgements_due()[0].verdict, Verdict::stop);
    EXPECT_EQ(asha.judgements_due()[0].reason, "reached 9 epochs, the maximum: rank 1 of 1 at 9 epochs");
}

/// Of n recorded with p better a trial goes on if 3 p <= n.
TEST(asha_stopping, a_trial_stops_at_a_rung_where_too_many_were_better) {
    AshaStopping asha(rungs_of(1, 9, 3));
    for (std::uint64_t i = 0; i < 6; ++i) start(asha, i);
    const auto stops = [&](std::uint64_t trial, double value) {
        asha.tell(Reported{TrialId(trial), 1, value});
        const auto due = asha.judgements_due();
        for (const Judgement& j : due) asha.tell(Judged{j.trial, j.step, j.verdict, j.to});
        return due;
    };
    EXPECT_TRUE(stops(0, 0.5).empty());  // p 0 of 1
    const auto second = stops(1, 0.6);   // p 1 of 2
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].reason, "rank 2 of 2 at 1 epoch: the best 1 go on");
    EXPECT_EQ(second[0].threshold, 0.5);
    EXPECT_EQ(second[0].step, 1);
    EXPECT_TRUE(stops(2, 0.55).empty());  // p 1 of 3
    EXPECT_TRUE(stops(3, 0.1).empty());   // p 0 of 4
    EXPECT_EQ(stops(4, 0.7).size(), 1u);  // p 4 of 5
    EXPECT_EQ(asha.rungs()[0].arrived, 5u);
    EXPECT_EQ(asha.rungs()[0].promoted, 3u);
    EXPECT_EQ(asha.rungs()[0].running, 1u);
    EXPECT_EQ(asha.rungs()[1].running, 3u);
}

TEST(asha_stopping, one_report_can_pass_several_rungs_and_is_judged_at_each) {
    AshaStopping asha(rungs_of(1, 9, 3));
    start(asha, 0);
    start(asha, 1);
    asha.tell(Reported{TrialId(0), 5, 0.5});
    EXPECT_EQ(asha.rungs()[1].arrived, 1u);
    asha.tell(Reported{TrialId(1), 4, 0.9});
    ASSERT_EQ(asha.judgements_due().size(), 1u);
    EXPECT_EQ(asha.judgements_due()[0].step, 4);
    EXPECT_EQ(asha.rungs()[0].arrived, 2u);
    EXPECT_EQ(asha.rungs()[1].arrived, 1u);
}

TEST(asha_stopping, a_trial_that_failed_counts_at_the_rung_that_it_did_not_reach) {
    AshaStopping asha(rungs_of(1, 9, 3));
    for (std::uint64_t i = 0; i < 3; ++i) start(asha, i);
    asha.tell(Ended{TrialId(0), Ending::diverged});
    asha.tell(Judged{TrialId(1), 0, Verdict::stop, 0});  // someone else's
    EXPECT_EQ(asha.rungs()[0].arrived, 2u);
    EXPECT_EQ(asha.rungs()[0].best, std::nullopt);
    asha.tell(Reported{TrialId(2), 1, 7.0});
    EXPECT_TRUE(asha.judgements_due().empty());
}

TEST(asha_stopping, brackets_begin_higher_and_rank_apart) {
    AshaStopping asha(rungs_of(1, 9, 3, 2));
    start(asha, 0, 0);
    start(asha, 1, 1);
    asha.tell(Reported{TrialId(0), 3, 0.1});
    asha.tell(Reported{TrialId(1), 3, 0.9});
    EXPECT_TRUE(asha.judgements_due().empty());
    EXPECT_EQ(asha.rungs().size(), 5u);
}

/// When values come in random order, about 1 in eta of a rung goes on (a few more while the rung fills).
TEST(asha_stopping, about_one_in_eta_goes_on) {
    AshaStopping asha(rungs_of(1, 27, 3));
    SimulationOptions options;
    options.max = 27;
    options.workers = 16;
    options.trials = 20'000;
    options.keep_events = false;
    Simulation study(asha, options);
    study.run();
    const auto rungs = asha.rungs();
    EXPECT_EQ(rungs[0].arrived, 20'000u);
    EXPECT_NEAR(static_cast<double>(rungs[0].promoted), 20'000 / 3.0, 400);
    EXPECT_EQ(study.waits_before_proposals_ended, 0u);
}

}  // namespace
}  // namespace quench::search::scheduler

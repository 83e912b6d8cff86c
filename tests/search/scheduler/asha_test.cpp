#include "search/scheduler/asha.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

Asha::Options rungs_of(Resource min, Resource max, Resource eta) {
    Asha::Options options;
    options.min = min;
    options.max = max;
    options.eta = eta;
    options.unit = "epoch";
    return options;
}

std::vector<Resource> steps_of(const Asha& asha) {
    std::vector<Resource> steps;
    for (const Rung& rung : asha.rungs()) steps.push_back(rung.at);
    return steps;
}

/// A trial arrives at its rung, pauses, and its process leaves.
void arrive(Asha& asha, std::uint64_t trial, Resource step, double value) {
    asha.tell(Reported{TrialId(trial), step, value});
    for (const Judgement& j : asha.judgements_due()) asha.tell(Judged{j.trial, j.step, j.verdict, j.to});
    asha.tell(Released{TrialId(trial)});
}

void start(Asha& asha, std::uint64_t trial) {
    asha.tell(Proposed{TrialId(trial), {}, 0, asha.rungs()[0].at});
}

Promote promotion(const Asha& asha) {
    const Job job = asha.next_job();
    return std::holds_alternative<Promote>(job) ? std::get<Promote>(job) : Promote{};
}

TEST(asha, rungs_are_powers_of_eta_and_the_top_one_is_the_maximum) {
    EXPECT_EQ(steps_of(Asha(rungs_of(1, 27, 3))), (std::vector<Resource>{1, 3, 9, 27}));
    EXPECT_EQ(steps_of(Asha(rungs_of(2, 25, 3))), (std::vector<Resource>{2, 6, 18, 25}));
    EXPECT_EQ(steps_of(Asha(rungs_of(4, 4, 3))), (std::vector<Resource>{4}));
    EXPECT_EQ(steps_of(Asha(rungs_of(1, 1'000'000'000'000, 2'000'000'000))),
              (std::vector<Resource>{1, 2'000'000'000, 1'000'000'000'000}));
}

TEST(asha, a_trial_pauses_at_its_rung_and_the_best_of_eta_is_promoted) {
    Asha asha(rungs_of(1, 9, 3));
    for (std::uint64_t i = 0; i < 6; ++i) start(asha, i);
    asha.tell(Reported{TrialId(0), 1, 0.5});
    ASSERT_EQ(asha.judgements_due().size(), 1u);
    EXPECT_EQ(asha.judgements_due()[0].verdict, Verdict::pause);
    EXPECT_EQ(asha.judgements_due()[0].reason, "rank 1 of 1 at 1 epoch: the best goes on once 3 are here");
    arrive(asha, 0, 1, 0.5);
    arrive(asha, 1, 1, 0.4);
    EXPECT_EQ(asha.next_job(), Job(Start{0, 1}));
    asha.tell(Reported{TrialId(2), 1, 0.6});
    EXPECT_EQ(asha.judgements_due()[0].reason, "rank 3 of 3 at 1 epoch: the best 1 go on");
    arrive(asha, 2, 1, 0.6);
    for (std::uint64_t i = 3; i < 6; ++i) arrive(asha, i, 1, 0.6);
    const Judgement& j = promotion(asha).judgement;
    EXPECT_EQ(j.trial, TrialId(1));
    EXPECT_EQ(j.to, 3);
    EXPECT_EQ(j.reason, "rank 1 of 6 at 1 epoch: the best 2 go on");
    EXPECT_EQ(j.threshold, 0.5);
}

TEST(asha, ties_go_to_the_earlier_trial) {
    Asha asha(rungs_of(1, 9, 3));
    for (const std::uint64_t i : {2, 0, 1}) start(asha, i);
    for (const std::uint64_t i : {2, 1, 0}) arrive(asha, i, 1, 0.5);
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(0));
}

TEST(asha, a_trial_whose_process_still_runs_is_passed_over_and_not_forgotten) {
    Asha asha(rungs_of(1, 9, 2));
    for (std::uint64_t i = 0; i < 4; ++i) start(asha, i);
    asha.tell(Reported{TrialId(0), 1, 0.1});
    asha.tell(Judged{TrialId(0), 1, Verdict::pause, 0});
    for (std::uint64_t i = 1; i < 4; ++i) arrive(asha, i, 1, 0.1 + 0.1 * static_cast<double>(i));
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(1));
    asha.tell(Judged{TrialId(1), 1, Verdict::proceed, 2});
    EXPECT_EQ(asha.next_job(), Job(Start{0, 1}));
    asha.tell(ProposalsEnded{});
    arrive(asha, 1, 2, 0.1);
    asha.tell(Ended{TrialId(1), Ending::failed});
    EXPECT_TRUE(std::holds_alternative<Wait>(asha.next_job()));
    EXPECT_TRUE(asha.judgements_due().empty());
    asha.tell(Released{TrialId(0)});
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(0));
}

TEST(asha, a_release_told_before_the_pause_counts) {
    Asha asha(rungs_of(1, 9, 2));
    for (std::uint64_t i = 0; i < 2; ++i) start(asha, i);
    arrive(asha, 1, 1, 0.5);
    asha.tell(Reported{TrialId(0), 1, 0.1});
    asha.tell(Released{TrialId(0)});
    EXPECT_EQ(asha.next_job(), Job(Start{0, 1}));
    asha.tell(Judged{TrialId(0), 1, Verdict::pause, 0});
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(0));
}

TEST(asha, failures_count_at_the_rung_they_did_not_reach) {
    Asha asha(rungs_of(1, 9, 3));
    for (std::uint64_t i = 0; i < 3; ++i) start(asha, i);
    asha.tell(Ended{TrialId(0), Ending::diverged});
    asha.tell(Ended{TrialId(1), Ending::failed});
    arrive(asha, 2, 1, 0.9);
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(2));
    EXPECT_EQ(asha.rungs()[0].arrived, 3u);
}

TEST(asha, the_top_rung_ends_a_trial) {
    Asha asha(rungs_of(1, 3, 3));
    for (std::uint64_t i = 0; i < 3; ++i) start(asha, i);
    for (std::uint64_t i = 0; i < 3; ++i) arrive(asha, i, 1, 0.5);
    asha.tell(Judged{TrialId(0), 1, Verdict::proceed, 3});
    asha.tell(Reported{TrialId(0), 3, 0.2});
    ASSERT_EQ(asha.judgements_due().size(), 1u);
    EXPECT_EQ(asha.judgements_due()[0].verdict, Verdict::stop);
    EXPECT_EQ(asha.judgements_due()[0].reason, "reached the top rung at 3 epochs");
}

TEST(asha, paused_trials_are_stopped_when_no_more_can_go_on) {
    Asha asha(rungs_of(1, 3, 3));
    for (std::uint64_t i = 0; i < 2; ++i) start(asha, i);
    asha.tell(ProposalsEnded{});
    arrive(asha, 0, 1, 0.5);
    EXPECT_TRUE(asha.judgements_due().empty());
    arrive(asha, 1, 1, 0.6);
    const auto due = asha.judgements_due();
    ASSERT_EQ(due.size(), 2u);
    EXPECT_EQ(due[1].reason, "rank 2 of 2 at 1 epoch: of 3 the best would go on, and no more trials come");
    EXPECT_TRUE(std::holds_alternative<Finished>(asha.next_job()));
}

TEST(asha, asha_never_holds_a_free_worker_while_any_work_exists) {
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE(seed);
        base::Rng rng(seed, "busy workers");
        const Resource min = 1 + static_cast<Resource>(rng.below(3));
        const Resource max = min + static_cast<Resource>(rng.below(80));
        Asha asha(rungs_of(min, max, 2 + static_cast<Resource>(rng.below(4))));
        SimulationOptions options;
        options.seed = seed;
        options.max = max;
        options.workers = 1 + rng.below(64);
        options.trials = 1 + rng.below(150);
        options.failure_rate = 0.3 * rng.uniform();
        options.loss_rate = 0.2 * rng.uniform();
        Simulation study(asha, options);
        study.run();  // checks that a Wait has something to wait for
        EXPECT_EQ(study.waits_before_proposals_ended, 0u);
        if (HasFailure()) return;
    }
}

TEST(asha, a_hundred_thousand_trials_cost_no_scan) {
    // Each of some 700,000 events is followed by judgements_due, and each free worker asks next_job. A scan
    // of the trials at any of these would be 10^10 steps and run into the test's time limit.
    Asha asha(rungs_of(1, 27, 3));
    SimulationOptions options;
    options.max = 27;
    options.workers = 64;
    options.trials = 100'000;
    options.keep_events = false;
    Simulation study(asha, options);
    study.run();
    EXPECT_EQ(study.trials, 100'000u);
    EXPECT_EQ(study.stopped, 100'000u);
    const auto table = asha.rungs();
    // Asynchronous promotion goes above 1 in eta only by wrong early ones, of the order of sqrt(n).
    EXPECT_NEAR(static_cast<double>(table[1].arrived), 100'000 / 3.0, 1500);
    EXPECT_NEAR(static_cast<double>(table[3].arrived), 100'000 / 27.0, 600);
}

TEST(asha, brackets_leave_out_low_rungs_and_rank_their_own_trials) {
    auto options = rungs_of(1, 9, 3);
    options.brackets = 2;
    Asha asha(options);
    std::vector<std::pair<int, Resource>> rungs;
    for (const Rung& rung : asha.rungs()) rungs.emplace_back(rung.bracket, rung.at);
    EXPECT_EQ(rungs, (std::vector<std::pair<int, Resource>>{{0, 1}, {0, 3}, {0, 9}, {1, 3}, {1, 9}}));
    // Three of bracket 1 arrive at 3: its best goes on, whatever bracket 0 has.
    for (std::uint64_t i = 0; i < 3; ++i) asha.tell(Proposed{TrialId(i), {}, 1, 3});
    for (std::uint64_t i = 3; i < 5; ++i) asha.tell(Proposed{TrialId(i), {}, 0, 1});
    for (std::uint64_t i = 0; i < 3; ++i) arrive(asha, i, 3, 0.5 + 0.1 * static_cast<double>(i));
    for (std::uint64_t i = 3; i < 5; ++i) arrive(asha, i, 1, 0.1);
    EXPECT_EQ(promotion(asha).judgement.trial, TrialId(0));
    EXPECT_EQ(promotion(asha).judgement.to, 9);
}

/// Hyperband's brackets of R = 9, eta = 3 start 9, 5 and 3 trials.
TEST(asha, brackets_take_turns_in_the_proportion_of_hyperband) {
    auto options = rungs_of(1, 9, 3);
    options.brackets = 3;
    Asha asha(options);
    std::vector<std::size_t> started(3, 0);
    for (std::uint64_t i = 0; i < 170; ++i) {
        const auto next = std::get<Start>(asha.next_job());
        ++started[static_cast<std::size_t>(next.bracket)];
        asha.tell(Proposed{TrialId(i), {}, next.bracket, next.to});
    }
    EXPECT_EQ(started, (std::vector<std::size_t>{90, 50, 30}));
}

}  // namespace
}  // namespace quench::search::scheduler

// What becomes of attempts: reports, ends, retries, divergence.
#include "orchestrator/core/coordinator.hpp"

#include "orchestrator/core/decide.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Study trials_to(Resource max, std::uint64_t trials, int retries = 2) {
    Study study = small_study("none", max);
    study.stop.trials = trials;
    study.trial.retries = retries;
    return study;
}

TEST(Coordinator, starts_a_trial_on_a_worker_that_joins) {
    Rig rig(trials_to(3, 1));
    const Batch& batch = rig.join("w1");
    ASSERT_THAT(sends_of<protocol::Welcome>(batch, "w1"), SizeIs(1));
    const auto starts = sends_of<protocol::Start>(batch, "w1");
    ASSERT_THAT(starts, SizeIs(1));
    EXPECT_EQ(starts[0].key, (protocol::AttemptKey{"t", 0, 1}));
    EXPECT_EQ(starts[0].from, 0);
    EXPECT_EQ(starts[0].to, 3);
    EXPECT_EQ(starts[0].folder, "/scratch/trials/0");
    EXPECT_THAT(starts[0].command, ElementsAre("train", "/studies/data"));
    EXPECT_LT(starts[0].seed, std::uint64_t{1} << 32);
}

TEST(Coordinator, a_lost_worker_returns_its_trial_to_the_queue_and_it_goes_on_from_its_last_step) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.report("w1", 0, 1, 0.5);
    rig.hear("w1", protocol::Goodbye{"maintenance"});
    EXPECT_TRUE(rig.is<Queued>(0));
    EXPECT_THAT(rig.state().workers, IsEmpty());
    const auto starts = sends_of<protocol::Start>(rig.join("w2"), "w2");
    ASSERT_THAT(starts, SizeIs(1));
    EXPECT_EQ(starts[0].key.attempt, 2u);
    EXPECT_EQ(starts[0].from, 1);
}

TEST(Coordinator, what_was_lost_keeps_its_place_in_the_queue) {
    Rig rig(small_study("hyperband", 9));
    rig.join("w1");
    for (std::uint64_t trial = 0; trial < 9; ++trial)
        rig.train("w1", trial, 0.1 * static_cast<double>(trial));
    ASSERT_TRUE(rig.is<Running>(0)) << "the three best go on, the best first";
    ASSERT_EQ(rig.state().queue.size(), 2u);
    rig.end("w1", 0, Outcome::preempted);
    EXPECT_TRUE(rig.is<Running>(0));
    EXPECT_EQ(rig.trial(0).attempts, 3u);
}

TEST(Coordinator, a_late_report_of_an_old_attempt_is_dropped_and_acknowledged) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.end("w1", 0, Outcome::preempted);
    ASSERT_EQ(rig.trial(0).attempts, 2u);
    const Batch& batch = rig.hear("w1", protocol::Report{41, rig.key(0, 1), 1, {{"loss", 0.5}}});
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_THAT(batch.notes, SizeIs(1));
    EXPECT_THAT(sends_of<protocol::Ack>(batch, "w1"), ElementsAre(protocol::Ack{{41}}));
}

TEST(Coordinator, a_report_from_a_worker_that_does_not_run_the_attempt_is_dropped) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.join("w2");
    EXPECT_THAT(rig.report("w2", 0, 1, 0.5).facts, IsEmpty());
    EXPECT_THAT(rig.end("w2", 0, Outcome::reached).facts, IsEmpty());
    EXPECT_TRUE(rig.is<Running>(0));
}

TEST(Coordinator, a_repeated_report_is_no_second_fact) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.report("w1", 0, 2, 0.5);
    for (const Resource step : {2, 1, 0, -1}) {
        const Batch& batch = rig.report("w1", 0, step, 0.4);
        EXPECT_THAT(batch.facts, IsEmpty());
        EXPECT_THAT(sends_of<protocol::Ack>(batch, "w1"), SizeIs(1));
    }
    EXPECT_EQ(rig.state().spent, 2);
}

TEST(Coordinator, a_report_beyond_the_target_is_dropped) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    const Batch& batch = rig.report("w1", 0, 4, 0.5);
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Ack>(batch, "w1"), SizeIs(1));
}

TEST(Coordinator, an_objective_that_is_not_finite_stops_the_trial_as_diverged) {
    for (const double bad : {nan, infinity, -infinity}) {
        Rig rig(trials_to(3, 1));
        rig.join("w1");
        const Batch& batch = rig.report("w1", 0, 1, bad);
        ASSERT_THAT(facts_of<VerdictGiven>(batch.facts), SizeIs(1));
        EXPECT_EQ(facts_of<VerdictGiven>(batch.facts)[0].verdict, search::Verdict::stop);
        EXPECT_THAT(sends_of<protocol::Stop>(batch, "w1"), SizeIs(1));
        rig.end("w1", 0, Outcome::stopped);
        EXPECT_EQ(facts_of<AttemptEnded>(rig.journal).back().outcome, Outcome::diverged);
        EXPECT_EQ(rig.ended(0).how, search::Ending::diverged);
        EXPECT_EQ(rig.ended(0).value, std::nullopt);
    }
}

TEST(Coordinator, a_trial_that_diverged_stays_so_whatever_it_reports_before_it_is_stopped) {
    Study study = small_study("asha", 9);
    study.stop.trials = 3;
    study.fidelity.min = 3;
    Rig rig(study);
    rig.join("w1");
    rig.report("w1", 0, 1, nan);
    const Batch& batch = rig.report("w1", 0, 3, 0.01);
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Ack>(batch, "w1"), SizeIs(1));
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_EQ(rig.ended(0).how, search::Ending::diverged);
    EXPECT_EQ(rig.state().best_seen, std::nullopt);
}

TEST(Coordinator, a_trial_that_diverged_is_a_bad_value_for_the_scheduler_and_not_a_hole) {
    Study study = small_study("hyperband", 3);  // bracket 1: three trials to 1, the best one to 3
    Rig rig(study);
    rig.join("w1");
    rig.report("w1", 0, 1, nan);
    rig.end("w1", 0, Outcome::stopped);
    rig.train("w1", 1, 0.2);
    rig.train("w1", 2, 0.1);
    const auto rungs = rig.state().scheduler->rungs();
    EXPECT_EQ(rungs.front().arrived, 3u);
    EXPECT_EQ(rig.trial(2).goal, 3);
    EXPECT_EQ(rig.ended(1).how, search::Ending::stopped);
}

TEST(Coordinator, a_program_that_says_infeasible_ends_its_trial_so) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.end("w1", 0, Outcome::infeasible, "does not fit into memory");
    EXPECT_EQ(rig.ended(0).how, search::Ending::infeasible);
    EXPECT_EQ(rig.ended(0).reason, "does not fit into memory");
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
}

TEST(Coordinator, a_trial_that_crashes_is_retried_so_often_and_then_failed) {
    Rig rig(trials_to(3, 1, 2));
    rig.join("w1");
    for (int i = 0; i < 2; ++i) {
        rig.end("w1", 0, Outcome::crashed, "exit status 1");
        EXPECT_TRUE(rig.is<Running>(0));
    }
    rig.end("w1", 0, Outcome::crashed, "exit status 1");
    EXPECT_EQ(rig.ended(0).how, search::Ending::failed);
    EXPECT_EQ(rig.ended(0).reason, "crashed 3 times: exit status 1");
    EXPECT_EQ(rig.trial(0).attempts, 3u);
}

TEST(Coordinator, a_crash_after_the_target_was_reported_costs_no_retry) {
    Rig rig(small_study("none", 3));
    rig.join("w1");
    for (Resource step = 1; step <= 3; ++step) rig.report("w1", 0, step, 0.5);
    rig.end("w1", 0, Outcome::crashed, "segmentation fault while leaving");
    EXPECT_EQ(rig.trial(0).setbacks, Setbacks{});
    EXPECT_EQ(std::get<Ended>(rig.trial(0).phase).how, search::Ending::completed);
}

TEST(Coordinator, time_outs_have_a_budget_of_their_own) {
    Rig rig(trials_to(3, 1, 1));
    rig.join("w1");
    rig.end("w1", 0, Outcome::crashed);
    rig.end("w1", 0, Outcome::timed_out);
    EXPECT_TRUE(rig.is<Running>(0));
    rig.end("w1", 0, Outcome::timed_out, "longer than 2 h");
    EXPECT_EQ(rig.ended(0).reason, "timed out 2 times: longer than 2 h");
}

TEST(Coordinator, lost_and_preempted_attempts_cost_nothing_until_many_come_in_a_row) {
    Rig rig(trials_to(3, 1, 0));
    rig.join("w1");
    for (int i = 0; i < lost_in_a_row_limit; ++i) rig.end("w1", 0, Outcome::preempted);
    rig.report("w1", 0, 1, 0.5);  // a new report: the count begins again
    for (int i = 0; i < lost_in_a_row_limit; ++i) rig.end("w1", 0, Outcome::preempted);
    EXPECT_TRUE(rig.is<Running>(0));
    rig.hear("w1", protocol::Goodbye{"power"});
    EXPECT_EQ(rig.ended(0).how, search::Ending::failed);
    EXPECT_THAT(rig.ended(0).reason, HasSubstr("lost its worker 26 times in a row"));
    EXPECT_EQ(rig.ended(0).value, 0.5);
}

TEST(Coordinator, a_clean_exit_before_the_target_step_is_a_crash) {
    Rig rig(trials_to(3, 1, 0));
    rig.join("w1");
    rig.report("w1", 0, 2, 0.5);
    rig.end("w1", 0, Outcome::reached, "exit status 0");
    EXPECT_EQ(facts_of<AttemptEnded>(rig.journal).back().outcome, Outcome::crashed);
    EXPECT_EQ(rig.ended(0).reason, "crashed 1 times: its report of step 3 never came; exit status 0");
}

TEST(Coordinator, a_clean_exit_without_the_metric_at_the_target_fails_the_trial) {
    Rig rig(trials_to(3, 1, 5));
    rig.join("w1");
    rig.report("w1", 0, 2, 0.5);
    rig.hear("w1", protocol::Report{90, rig.key(0), 3, {{"accuracy", 0.9}}});
    rig.end("w1", 0, Outcome::reached);
    EXPECT_EQ(rig.ended(0).how, search::Ending::failed);
    EXPECT_EQ(rig.ended(0).reason, "its report of step 3 has no 'loss'");
}

TEST(Coordinator, outcomes_that_only_the_coordinator_can_know_are_crashes_when_a_worker_claims_them) {
    for (const Outcome claimed : {Outcome::lost, Outcome::diverged}) {
        Rig rig(trials_to(3, 1, 0));
        rig.join("w1");
        rig.end("w1", 0, claimed);
        EXPECT_EQ(facts_of<AttemptEnded>(rig.journal).back().outcome, Outcome::crashed);
        EXPECT_EQ(rig.ended(0).how, search::Ending::failed);
    }
}

TEST(Coordinator, an_end_is_accepted_once_and_acknowledged_as_often_as_it_is_said) {
    Rig rig(trials_to(1, 1));
    rig.join("w1");
    rig.train("w1", 0, 0.5);
    const auto facts = rig.journal.size();
    const Batch& batch = rig.end("w1", 0, Outcome::reached);
    EXPECT_THAT(sends_of<protocol::Ack>(batch, "w1"), SizeIs(1));
    EXPECT_EQ(rig.journal.size(), facts);
}

TEST(Coordinator, maximising_negates_towards_search_and_not_in_facts) {
    Study study = small_study("hyperband", 3);
    study.objective.direction = Direction::maximize;
    Rig rig(study);
    rig.join("w1");
    rig.train("w1", 0, 0.7);
    rig.train("w1", 1, 0.9);
    rig.train("w1", 2, 0.8);
    EXPECT_EQ(rig.trial(1).goal, 3) << "the largest goes on";
    EXPECT_EQ(rig.state().scheduler->rungs().front().best, -0.9);
    EXPECT_EQ(rig.state().best_seen, 0.9);
    const auto verdicts = facts_of<VerdictGiven>(rig.journal);
    ASSERT_THAT(verdicts, SizeIs(3));
    EXPECT_EQ(verdicts[0].threshold, 0.9);
    EXPECT_EQ(rig.trial(0).value(), 0.7);
}

TEST(Coordinator, the_best_trial_is_a_completed_one_and_ties_go_to_the_earlier) {
    Rig rig(trials_to(1, 3));
    rig.join("w1");
    rig.train("w1", 0, 0.5);
    rig.train("w1", 1, 0.2);
    rig.train("w1", 2, 0.2);
    EXPECT_EQ(rig.state().best, TrialId(1));
}

}  // namespace
}  // namespace quench::orchestrator::core

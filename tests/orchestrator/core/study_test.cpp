// The study as a whole: pause, resume, cancel, shutdown, and the rules that end it.
#include "orchestrator/core/coordinator.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

protocol::Reply reply(const Rig& rig) {
    const auto replies = sends_of<protocol::Reply>(rig.last(), "client");
    EXPECT_THAT(replies, SizeIs(1));
    return replies.empty() ? protocol::Reply{} : replies.front();
}

TEST(StudyControl, pause_stops_and_requeues_and_resume_goes_on) {
    Rig rig(small_study("none", 3));
    rig.join("w1");
    rig.report("w1", 0, 1, 0.5);
    EXPECT_THAT(sends_of<protocol::Stop>(rig.ask("pause"), "w1"), SizeIs(1));
    EXPECT_TRUE(reply(rig).ok);
    EXPECT_FALSE(rig.coordinator().done());
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_TRUE(rig.is<Queued>(0));
    EXPECT_TRUE(rig.coordinator().done());
    EXPECT_THAT(rig.ask("pause").facts, IsEmpty());
    EXPECT_TRUE(reply(rig).ok);
    const auto starts = sends_of<protocol::Start>(rig.ask("resume"), "w1");
    ASSERT_THAT(starts, SizeIs(1));
    EXPECT_EQ(starts[0].from, 1);
    EXPECT_FALSE(rig.coordinator().done());
    EXPECT_THAT(rig.ask("resume").facts, IsEmpty());
}

TEST(StudyControl, cancel_ends_everything) {
    Rig rig(small_study("none", 3));
    rig.join("w1", 2);
    EXPECT_THAT(sends_of<protocol::Stop>(rig.ask("cancel"), "w1"), SizeIs(2));
    EXPECT_THAT(sends_of<protocol::Dismiss>(rig.last(), "w1"), IsEmpty());
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_FALSE(rig.coordinator().done());
    rig.end("w1", 1, Outcome::stopped);
    EXPECT_THAT(sends_of<protocol::Dismiss>(rig.last(), "w1"), SizeIs(1));
    EXPECT_TRUE(rig.coordinator().done());
    EXPECT_EQ(rig.ended(0).how, search::Ending::stopped);
    EXPECT_EQ(rig.ended(0).reason, "the study ended: cancelled by a user");
    EXPECT_FALSE((rig.ask("resume"), reply(rig).ok));
}

TEST(StudyControl, a_paused_study_can_be_cancelled) {
    Rig rig(small_study("none", 3));
    rig.join("w1");
    rig.ask("pause");
    rig.end("w1", 0, Outcome::stopped);
    rig.ask("cancel");
    EXPECT_EQ(rig.ended(0).how, search::Ending::stopped);
    EXPECT_TRUE(rig.coordinator().done());
}

TEST(StudyControl, requests_that_do_not_fit_are_answered_and_change_nothing) {
    Rig rig(small_study("none", 3));
    EXPECT_THAT(rig.ask("explode").facts, IsEmpty());
    EXPECT_THAT(reply(rig).text, HasSubstr("'explode' is not a request"));
    rig.hear("client", protocol::Request{.id = 1, .verb = "pause", .study = "other"});
    EXPECT_FALSE(reply(rig).ok);
    rig.hear("client", protocol::Request{.id = 1, .version = 9, .verb = "pause", .study = "t"});
    EXPECT_FALSE(reply(rig).ok);
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
}

TEST(StudyControl, shutdown_stops_attempts_without_ending_trials) {
    Rig rig(small_study("none", 3));
    rig.join("w1");
    EXPECT_THAT(sends_of<protocol::Stop>(rig.step(ShutdownAsked{"interrupted"}), "w1"), SizeIs(1));
    EXPECT_FALSE(rig.coordinator().done());
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_TRUE(rig.is<Queued>(0));
    EXPECT_TRUE(rig.coordinator().done());
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
    EXPECT_THAT(sends_of<protocol::Dismiss>(rig.last(), "w1"), SizeIs(1));
    rig.restart();
    EXPECT_THAT(sends_of<protocol::Start>(rig.join("w1"), "w1"), SizeIs(1));
}

TEST(StudyControl, a_program_that_hangs_at_its_target_does_not_hold_up_an_end) {
    Rig rig(small_study("asha", 9));
    rig.join("w1");
    EXPECT_TRUE(sends_of<protocol::Stop>(rig.report("w1", 0, 1, 0.5), "w1").empty());
    EXPECT_EQ(sends_of<protocol::Stop>(rig.ask("cancel"), "w1").size(), 1u);
}

TEST(StudyControl, a_worker_that_comes_after_the_end_is_dismissed) {
    Rig rig(small_study("none", 3));
    rig.ask("cancel");
    const Batch& batch = rig.join("w1");
    EXPECT_THAT(sends_of<protocol::Dismiss>(batch, "w1"), SizeIs(1));
    EXPECT_THAT(batch.facts, IsEmpty());
}

TEST(StudyControl, Dismiss_is_sent_again_until_the_worker_leaves) {
    Study study = small_study("none", 1);
    study.stop.trials = 1;
    Rig rig(study);
    rig.join("w1");
    rig.train("w1", 0, 0.5);
    EXPECT_THAT(sends_of<protocol::Dismiss>(rig.last(), "w1"), SizeIs(1));
    EXPECT_THAT(rig.tick(seconds(1)).sends, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Dismiss>(rig.tick(seconds(1)), "w1"), SizeIs(1));
    rig.hear("w1", protocol::Goodbye{"dismissed"});
    EXPECT_THAT(rig.tick(seconds(3)).sends, IsEmpty());
    EXPECT_THAT(rig.coordinator().presence().contacts, IsEmpty());
}

TEST(StopRules, trials_limits_proposals_and_finishes_what_was_proposed) {
    Study study = small_study("none", 1);
    study.stop.trials = 3;
    Rig rig(study);
    rig.join("w1", 5);
    EXPECT_EQ(rig.state().trials.size(), 3u);
    EXPECT_EQ(rig.state().proposals_ended, "stop.trials: 3 trials were proposed");
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
    for (const std::uint64_t trial : {0, 1, 2}) rig.train("w1", trial, 0.5);
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    EXPECT_EQ(rig.state().ending->how, StudyEnding::completed);
}

TEST(StopRules, resource_counts_steps_once) {
    Study study = small_study("none", 9);
    study.stop.resource = 5;
    Rig rig(study);
    rig.join("w1");
    rig.report("w1", 0, 4, 0.5);
    rig.end("w1", 0, Outcome::preempted);
    rig.report("w1", 0, 3, 0.5);
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
    rig.report("w1", 0, 5, 0.5);
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    EXPECT_THAT(rig.state().ending->reason, HasSubstr("stop.resource: 5 of 5 epochs"));
}

TEST(StepTimes, are_those_between_an_attempts_start_and_its_reports) {
    Rig rig(small_study("none", 9));
    rig.join("w1");
    rig.tick(seconds(3));
    rig.report("w1", 0, 1, 0.5);
    rig.tick(seconds(1));
    rig.report("w1", 0, 2, 0.4);
    EXPECT_EQ(rig.trial(0).timed, seconds(4));
    EXPECT_EQ(rig.trial(0).timed_steps, 2);
    rig.tick(seconds(5));
    rig.end("w1", 0, Outcome::preempted);  // what is lost was nobody's step
    rig.tick(seconds(2));
    rig.report("w1", 0, 4, 0.3);
    EXPECT_EQ(rig.trial(0).timed, seconds(6));
    EXPECT_EQ(rig.trial(0).timed_steps, 4);
}

TEST(StepTimes, are_not_known_of_steps_that_ended_while_no_coordinator_was_there) {
    Rig rig(small_study("none", 9));
    rig.join("w1");
    rig.tick(seconds(1));
    rig.report("w1", 0, 1, 0.5);
    rig.restart();
    rig.join("w1", 1, {rig.key(0)});
    rig.tick(seconds(1));
    rig.report("w1", 0, 7, 0.4);
    EXPECT_EQ(rig.trial(0).timed_steps, 1) << "its report may have waited";
    rig.tick(seconds(1));
    rig.report("w1", 0, 8, 0.4);
    EXPECT_EQ(rig.trial(0).timed_steps, 2);
    EXPECT_EQ(rig.trial(0).timed, seconds(2));
}

TEST(StopRules, value_ends_the_study_in_either_direction) {
    for (const Direction direction : {Direction::minimize, Direction::maximize}) {
        Study study = small_study("none", 9);
        study.objective.direction = direction;
        study.stop.value = 0.5;
        Rig rig(study);
        rig.join("w1");
        const double short_of = direction == Direction::minimize ? 0.6 : 0.4;
        rig.report("w1", 0, 1, short_of);
        EXPECT_EQ(rig.state().phase, StudyPhase::running);
        rig.report("w1", 0, 2, 0.5);
        EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    }
}

TEST(StopRules, hours_count_time_under_a_coordinator_and_no_pauses) {
    Study study = small_study("none", 9);
    study.stop.wall = hours(2);
    Rig rig(study);
    rig.tick(hours(1));
    rig.ask("pause");  // one hour is used
    rig.tick(hours(10));
    rig.ask("resume");
    EXPECT_EQ(rig.state().phase, StudyPhase::running) << "a pause counted";
    rig.now = rig.now + hours(10);
    rig.restart();  // nobody's time
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
    rig.tick(seconds(3599));
    EXPECT_EQ(rig.state().phase, StudyPhase::running);
    rig.tick(seconds(1));
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    EXPECT_EQ(rig.state().ending->reason, "stop.hours: it ran for 2 h 00 min");
}

TEST(StopRules, failure_rate_is_judged_from_ten_ended_trials_on) {
    Study study = small_study("none", 1);
    study.stop.failure_rate = 0.3;
    study.trial.retries = 0;
    Rig rig(study);
    rig.join("w1");
    for (std::uint64_t trial = 0; trial < 9; ++trial) {
        EXPECT_EQ(rig.state().phase, StudyPhase::running);
        trial < 4 ? void(rig.end("w1", trial, Outcome::crashed)) : rig.train("w1", trial, 0.5);
    }
    rig.train("w1", 9, 0.5);
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    EXPECT_EQ(rig.state().ending->how, StudyEnding::failed);
    EXPECT_EQ(rig.state().ending->reason, "stop.failure_rate: 4 of 10 ended trials failed");
}

TEST(StopRules, what_still_runs_at_the_end_is_stopped_and_its_trials_ended) {
    Study study = small_study("asha", 9);
    study.stop.value = 0.1;
    Rig rig(study);
    rig.join("w1", 2);
    rig.report("w1", 0, 1, 0.05);
    EXPECT_THAT(sends_of<protocol::Stop>(rig.last(), "w1"), SizeIs(1))
        << "trial 0 is at its target, it exits itself";
    rig.end("w1", 0, Outcome::reached);
    rig.report("w1", 1, 1, 0.2);
    rig.end("w1", 1, Outcome::stopped);
    EXPECT_EQ(rig.ended(0).how, search::Ending::stopped);
    EXPECT_EQ(rig.ended(1).how, search::Ending::stopped);
    EXPECT_TRUE(rig.coordinator().done());
}

TEST(StopRules, the_study_ends_when_a_grid_is_exhausted) {
    Study study = small_study("none", 1);
    study.sampler = {.name = "grid", .seed = 1, .grid_points = 4};
    Rig rig(study);
    rig.join("w1", 3);
    for (const std::uint64_t trial : {0, 1, 2, 3}) rig.train("w1", trial, 0.5);
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
    EXPECT_EQ(rig.state().proposals_ended,
              "the space is exhausted: all of its 4 configurations were proposed");
    EXPECT_EQ(rig.state().ending->how, StudyEnding::completed);
}

TEST(StopRules, hyperband_ends_the_study_when_all_brackets_are_complete) {
    Rig rig(small_study("hyperband", 3));
    rig.join("w1");
    while (!rig.state().running.empty()) rig.train("w1", rig.state().running.begin()->value(), 0.5);
    EXPECT_EQ(rig.state().ending->reason, "all brackets are complete");
    EXPECT_TRUE(rig.coordinator().done());
}

}  // namespace
}  // namespace quench::orchestrator::core

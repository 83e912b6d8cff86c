// Who is there: joining, leases, sessions, restarts, and messages that are sent again until carried out.
#include "orchestrator/core/coordinator.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Study trials_to(Resource max, std::uint64_t trials, int ranks = 1) {
    Study study = small_study("none", max);
    study.stop.trials = trials;
    study.trial.ranks = ranks;
    return study;
}

protocol::Hello hello(const std::string& worker, const std::string& session, int slots = 1) {
    return {.build = "test",
            .worker = worker,
            .session = session,
            .host = "node",
            .pid = 2,
            .slots = slots,
            .held = {}};
}

TEST(Workers, ranks_occupy_slots_and_are_given_back) {
    Rig rig(trials_to(1, 9, 2));
    rig.join("w1", 5);
    EXPECT_EQ(rig.state().workers.at("w1").used, 4);
    EXPECT_EQ(rig.state().running.size(), 2u) << "five slots hold two trials of two ranks";
    rig.train("w1", 0, 0.5);
    EXPECT_EQ(rig.state().workers.at("w1").used, 4) << "the next trial took its place";
    EXPECT_TRUE(rig.is<Running>(2));
    const auto starts = sends_of<protocol::Start>(rig.last(), "w1");
    ASSERT_THAT(starts, SizeIs(1));
    EXPECT_EQ(starts[0].ranks, 2);
    EXPECT_EQ(starts[0].launcher, protocol::Launcher::mpirun);
}

TEST(Workers, the_one_with_most_room_is_chosen) {
    Rig rig(trials_to(1, 9));
    rig.ask("pause");
    rig.join("w1", 1);
    rig.join("w2", 3);
    rig.join("w3", 2);
    rig.ask("resume");
    const auto started = facts_of<AttemptStarted>(rig.journal);
    ASSERT_THAT(started, SizeIs(6));
    EXPECT_EQ(started[0].worker, "w2");
    EXPECT_EQ(started[1].worker, "w2");
    EXPECT_EQ(started[2].worker, "w3");
    EXPECT_EQ(started[3].worker, "w1");
}

TEST(Workers, one_with_too_few_slots_is_refused_with_the_reason) {
    Rig rig(trials_to(1, 1, 4));
    const Batch& batch = rig.join("w1", 2);
    EXPECT_THAT(batch.facts, IsEmpty());
    const auto refused = sends_of<protocol::Refused>(batch, "w1");
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(refused[0].reason, HasSubstr("start it with --slots 4"));
}

TEST(Workers, one_with_absurdly_many_slots_is_refused_before_they_are_filled) {
    Rig rig(small_study("none", 3));
    const Batch& batch = rig.join("w1", 2'000'000'000);
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Refused>(batch, "w1"), SizeIs(1));
}

TEST(Workers, one_of_another_protocol_version_is_refused_with_the_reason) {
    Rig rig(trials_to(1, 1));
    auto stranger = hello("w1", "s");
    stranger.version = 99;
    const Batch& batch = rig.hear("w1", stranger);
    EXPECT_THAT(batch.facts, IsEmpty());
    const auto refused = sends_of<protocol::Refused>(batch, "w1");
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_THAT(refused[0].reason, HasSubstr("protocol 99"));
}

TEST(Workers, one_without_a_name_or_a_session_is_refused) {
    Rig rig(trials_to(1, 1));
    EXPECT_THAT(sends_of<protocol::Refused>(rig.hear("p", hello("", "s")), "p"), SizeIs(1));
    EXPECT_THAT(sends_of<protocol::Refused>(rig.hear("p", hello("w", "")), "p"), SizeIs(1));
}

TEST(Workers, more_than_the_limit_are_refused) {
    Options options;
    options.workers = 1;
    Rig rig(trials_to(1, 1), options);
    rig.join("w1");
    EXPECT_THAT(sends_of<protocol::Refused>(rig.join("w2"), "w2"), SizeIs(1));
}

TEST(Workers, a_second_session_of_one_name_replaces_the_first_and_the_first_is_told) {
    Rig rig(trials_to(3, 1));
    rig.hear("p1", hello("w", "s1"));
    const Batch& batch = rig.hear("p2", hello("w", "s2"));
    EXPECT_THAT(sends_of<protocol::Refused>(batch, "p1"), SizeIs(1));
    EXPECT_THAT(sends_of<protocol::Welcome>(batch, "p2"), SizeIs(1));
    EXPECT_EQ(rig.state().workers.at("w").session, "s2");
    EXPECT_EQ(std::get<Running>(rig.trial(0).phase).session, "s2")
        << "its trial was queued and started again";
    EXPECT_THAT(sends_of<protocol::Introduce>(rig.hear("p1", protocol::Heartbeat{}), "p1"), SizeIs(1));
}

TEST(Workers, a_second_session_on_the_same_connection_is_not_refused_for_the_first) {
    Rig rig(trials_to(3, 1));
    rig.hear("p", hello("w", "s1"));
    const Batch& batch = rig.hear("p", hello("w", "s2"));
    EXPECT_THAT(sends_of<protocol::Refused>(batch, "p"), IsEmpty());
    EXPECT_THAT(sends_of<protocol::Welcome>(batch, "p"), SizeIs(1));
}

TEST(Workers, two_names_cannot_have_one_session) {
    Rig rig(trials_to(3, 2));
    rig.hear("p1", hello("w1", "s"));
    const Batch& batch = rig.hear("p2", hello("w2", "s"));
    EXPECT_THAT(sends_of<protocol::Refused>(batch, "p2"), SizeIs(1));
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_EQ(rig.state().workers.size(), 1u);
}

TEST(Workers, the_same_session_may_come_back_on_another_connection) {
    Rig rig(trials_to(3, 1));
    rig.hear("p1", hello("w", "s"));
    auto again = hello("w", "s");
    again.held = {rig.key(0)};
    const Batch& batch = rig.hear("p2", again);
    EXPECT_THAT(batch.facts, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Start>(batch, "p2"), IsEmpty());
    EXPECT_THAT(rig.report("p2", 0, 1, 0.5).facts, SizeIs(1));
}

TEST(Workers, a_silent_one_loses_its_lease_on_a_tick) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    for (int i = 0; i < 15; ++i) EXPECT_THAT(rig.tick(seconds(1)).facts, IsEmpty());
    const Batch& batch = rig.tick(seconds(1));
    ASSERT_THAT(facts_of<WorkerLost>(batch.facts), SizeIs(1));
    EXPECT_EQ(facts_of<WorkerLost>(batch.facts)[0].reason, "no sign of life for 16 s");
    EXPECT_EQ(facts_of<AttemptEnded>(batch.facts)[0].outcome, Outcome::lost);
    EXPECT_TRUE(rig.is<Queued>(0));
    EXPECT_THAT(sends_of<protocol::Introduce>(rig.beat("w1"), "w1"), SizeIs(1));
}

TEST(Workers, a_heartbeat_keeps_the_lease_and_is_answered) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    for (int i = 0; i < 60; ++i) {
        EXPECT_THAT(rig.tick(seconds(1)).facts, IsEmpty());
        EXPECT_THAT(sends_of<protocol::Ack>(rig.beat("w1", {rig.key(0)}), "w1"),
                    ElementsAre(protocol::Ack{}));
    }
}

TEST(Workers, a_coordinator_that_was_itself_suspended_takes_no_lease_away) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.tick(seconds(1));
    EXPECT_THAT(rig.tick(hours(5)).facts, IsEmpty());
    EXPECT_THAT(rig.tick(seconds(7)).facts, IsEmpty());
    EXPECT_THAT(rig.tick(seconds(7)).facts, IsEmpty());
    EXPECT_THAT(facts_of<WorkerLost>(rig.tick(seconds(7)).facts), SizeIs(1));
}

TEST(Workers, a_clock_that_is_set_back_neither_breaks_leases_nor_stops_resending) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.now = rig.now + seconds(-600);
    rig.beat("w1");
    EXPECT_THAT(sends_of<protocol::Start>(rig.last(), "w1"), SizeIs(1)) << "its Start may have been lost";
    rig.tick(seconds(1));
    EXPECT_TRUE(rig.is<Running>(0));
}

TEST(Workers, Start_is_sent_again_until_the_attempt_is_held) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    EXPECT_THAT(rig.tick(milliseconds(1900)).sends, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Start>(rig.tick(milliseconds(100)), "w1"), SizeIs(1));
    EXPECT_THAT(rig.tick(milliseconds(1900)).sends, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Start>(rig.tick(milliseconds(100)), "w1"), SizeIs(1));
    rig.beat("w1", {rig.key(0)});
    EXPECT_THAT(rig.tick(seconds(3)).sends, IsEmpty());
}

TEST(Workers, Stop_is_sent_again_until_the_attempt_has_ended) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    rig.tick(seconds(3));
    rig.beat("w1", {rig.key(0)});
    EXPECT_THAT(sends_of<protocol::Stop>(rig.tick(seconds(3)), "w1"), IsEmpty());
    EXPECT_THAT(sends_of<protocol::Stop>(rig.ask("pause"), "w1"), SizeIs(1));
    EXPECT_THAT(rig.tick(seconds(1)).sends, IsEmpty());
    EXPECT_THAT(sends_of<protocol::Stop>(rig.tick(seconds(1)), "w1"), SizeIs(1));
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_THAT(rig.tick(seconds(3)).sends, IsEmpty());
}

TEST(Workers, an_attempt_that_nobody_wants_any_more_is_told_to_stop) {
    Rig rig(trials_to(3, 1));
    rig.join("w1");
    const auto old = rig.key(0);
    for (int i = 0; i < 8; ++i) rig.tick(seconds(2));
    ASSERT_TRUE(rig.is<Queued>(0));
    const protocol::AttemptKey foreign{"another", 7, 1};
    const Batch& batch = rig.join("w1", 1, {old, foreign});
    EXPECT_THAT(sends_of<protocol::Stop>(batch, "w1"), SizeIs(2));
    EXPECT_EQ(sends_of<protocol::Stop>(batch, "w1")[1].key, old);
    EXPECT_THAT(sends_of<protocol::Start>(batch, "w1"), SizeIs(1)) << "attempt 2 of the same trial";
    EXPECT_THAT(rig.beat("w1", {rig.key(0)}).facts, IsEmpty());
    EXPECT_THAT(rig.tick(seconds(3)).sends, IsEmpty());
}

TEST(Workers, one_that_is_unknown_is_asked_to_introduce_itself) {
    Rig rig(trials_to(3, 1));
    EXPECT_THAT(sends_of<protocol::Introduce>(rig.beat("x"), "x"), SizeIs(1));
    EXPECT_THAT(sends_of<protocol::Introduce>(rig.hear("x", protocol::Goodbye{"bye"}), "x"), SizeIs(1));
    const Batch& batch = rig.hear("x", protocol::Report{3, {"t", 0, 1}, 1, {}});
    EXPECT_THAT(sends_of<protocol::Introduce>(batch, "x"), SizeIs(1));
    EXPECT_THAT(sends_of<protocol::Ack>(batch, "x"), IsEmpty()) << "it says it again once it is known";
}

TEST(Workers, a_restarted_coordinator_adopts_those_that_say_Hello_and_what_they_hold) {
    Rig rig(trials_to(3, 2));
    rig.join("w1", 2);
    rig.report("w1", 0, 1, 0.5);
    rig.restart();
    EXPECT_THAT(sends_of<protocol::Introduce>(rig.beat("w1", {rig.key(0), rig.key(1)}), "w1"), SizeIs(1));
    const Batch& batch = rig.join("w1", 2, {rig.key(0)});
    EXPECT_THAT(batch.facts, IsEmpty());
    const auto starts = sends_of<protocol::Start>(batch, "w1");
    ASSERT_THAT(starts, SizeIs(1)) << "the other Start had not arrived";
    EXPECT_EQ(starts[0].key, rig.key(1));
    EXPECT_THAT(rig.report("w1", 0, 2, 0.4).facts, SizeIs(1));
}

TEST(Workers, a_restarted_coordinator_loses_those_that_stay_silent_and_sends_them_nothing) {
    Rig rig(trials_to(3, 2));
    rig.join("w1");
    rig.now = rig.now + hours(3);
    rig.restart();
    for (int i = 0; i < 15; ++i) {
        EXPECT_THAT(rig.tick(seconds(1)).facts, IsEmpty());
        EXPECT_THAT(rig.last().sends, IsEmpty());
    }
    EXPECT_THAT(facts_of<WorkerLost>(rig.tick(seconds(1)).facts), SizeIs(1));
    EXPECT_TRUE(rig.is<Queued>(0));
}

TEST(Workers, those_of_the_journal_can_be_abandoned_all_at_once) {
    Rig rig(trials_to(3, 4));
    rig.join("w1", 2);
    rig.join("w2", 2);
    rig.restart();
    rig.step(WorkersAbandoned{"the study is cancelled without them"});
    EXPECT_THAT(rig.state().workers, IsEmpty());
    EXPECT_EQ(rig.state().queue.size(), 4u);
}

}  // namespace
}  // namespace quench::orchestrator::core

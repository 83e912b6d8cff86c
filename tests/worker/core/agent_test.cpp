#include "worker/core/agent.hpp"

#include "worker/protocol/codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::worker::core {
namespace {

using namespace std::chrono_literals;
using namespace protocol;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AttemptKey key_of(std::uint64_t trial, std::uint64_t attempt = 1) {
    return {"s", trial, attempt};
}

Start order(AttemptKey key, int ranks = 1) {
    Start out;
    out.key = std::move(key);
    out.params = "{}";
    out.to = 9;
    out.unit = "epoch";
    out.ranks = ranks;
    out.command = {"train"};
    out.workdir = "/";
    out.folder = "/t";
    out.grace = 10s;
    return out;
}

/// An agent with a clock in hand; `done` and `sent` tell what the last input caused.
struct Bench {
    AgentOptions options;
    base::TimePoint now{1'000'000'000};
    Agent agent;
    Batch batch;

    explicit Bench(int slots = 4, std::size_t unacked_reports = 1000)
        : options(make(slots, unacked_reports)), agent(options, now) {}

    static AgentOptions make(int slots, std::size_t unacked_reports) {
        AgentOptions out;
        out.name = "w";
        out.slots = slots;
        out.unacked_reports = unacked_reports;
        return out;
    }
    Bench& give(const Input& input) {
        batch = {};
        agent.step(input, now, batch);
        return *this;
    }
    Bench& tick(base::Duration later = {}) {
        now = now + later;
        return give(Tick{});
    }
    Bench& welcome() { return give(Received{Welcome{version, "", 5s, 30s}}); }
    Bench& start(const Start& s) { return give(Received{s}); }
    Bench& run(const AttemptKey& key) {
        start(order(key));
        return give(ProcessStarted{key, 1});
    }
    Bench& line(const AttemptKey& key, const std::string& json) {
        return give(LineRead{key, "quench: " + json});
    }
    Bench& exited(const AttemptKey& key, int status) { return give(ProcessEnded{key, Exited{status}}); }
    Bench& ack(std::vector<std::uint64_t> seqs) { return give(Received{Ack{std::move(seqs)}}); }

    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> out;
        for (const auto& s : batch.sends) {
            std::string text(kind_of(s));
            if (const auto* r = std::get_if<Report>(&s)) text += " " + std::to_string(r->step);
            if (const auto* e = std::get_if<AttemptEnded>(&s))
                text += " " + std::to_string(e->key.trial) + "." + std::to_string(e->key.attempt) + " " +
                        std::string(to_text(e->outcome)) + (e->detail.empty() ? "" : ": " + e->detail);
            out.push_back(text);
        }
        return out;
    }
    [[nodiscard]] std::vector<std::string> done() const {
        std::vector<std::string> out;
        for (const auto& a : batch.actions) {
            const auto name = [](const AttemptKey& k) {
                return std::to_string(k.trial) + "." + std::to_string(k.attempt);
            };
            if (const auto* x = std::get_if<Spawn>(&a)) out.push_back("spawn " + name(x->key));
            if (const auto* x = std::get_if<Terminate>(&a)) out.push_back("terminate " + name(x->key));
            if (const auto* x = std::get_if<Kill>(&a)) out.push_back("kill " + name(x->key));
            if (const auto* x = std::get_if<PauseReading>(&a)) out.push_back("pause " + name(x->key));
            if (const auto* x = std::get_if<ResumeReading>(&a)) out.push_back("resume " + name(x->key));
            if (const auto* x = std::get_if<Exit>(&a))
                out.push_back("exit " + std::to_string(x->code) + " " + x->reason);
        }
        return out;
    }
};

struct Greeted : Bench {
    explicit Greeted(int slots = 4, std::size_t unacked_reports = 1000) : Bench(slots, unacked_reports) {
        welcome();
        tick();
    }
};

TEST(Agent, whose_coordinator_is_dead_waits_for_no_answer) {
    Greeted b;
    b.run(key_of(1)).line(key_of(1), R"({"step": 1, "loss": 1})");
    EXPECT_THAT(b.give(CoordinatorDied{"killed"}).done(), ElementsAre("terminate 1.1"));
    EXPECT_THAT(b.exited(key_of(1), 0).done(),
                ElementsAre(testing::StartsWith("exit 0 the worker was told to go: killed")));
    EXPECT_THAT(b.sent(), testing::Not(testing::Contains("goodbye")));
}

TEST(Agent, hello_is_said_again_until_somebody_answers) {
    Bench b;
    EXPECT_THAT(b.tick().sent(), ElementsAre("hello"));
    EXPECT_THAT(b.tick(500ms).sent(), IsEmpty());
    EXPECT_THAT(b.tick(500ms).sent(), ElementsAre("hello"));
    b.welcome();
    EXPECT_THAT(b.tick().sent(), ElementsAre("heartbeat"));
    EXPECT_THAT(b.tick(4s).sent(), IsEmpty());
    EXPECT_THAT(b.tick(1s).sent(), ElementsAre("heartbeat"));
}

TEST(Agent, a_silent_coordinator_is_greeted_again) {
    Greeted b;
    EXPECT_THAT(b.tick(16s).sent(), ElementsAre("hello", "heartbeat"));
    EXPECT_THAT(b.tick(16s).sent(), ElementsAre("hello", "heartbeat"));
    b.welcome();
    EXPECT_THAT(b.tick(5s).sent(), ElementsAre("heartbeat"));
}

TEST(Agent, an_attempt_runs_reports_and_ends) {
    Greeted b;
    const auto k = key_of(1);
    EXPECT_THAT(b.start(order(k)).done(), ElementsAre("spawn 1.1"));
    b.give(ProcessStarted{k, 77});
    EXPECT_THAT(b.line(k, R"({"step": 3, "loss": 0.5})").sent(), ElementsAre("report 3"));
    EXPECT_THAT(b.line(k, R"({"step": 9, "loss": NaN})").sent(), ElementsAre("report 9"));
    EXPECT_THAT(b.exited(k, 0).sent(), ElementsAre("attempt_ended 1.1 reached"));
    EXPECT_THAT(b.agent.held(), ElementsAre(k)) << "held until acknowledged";
    b.ack({1, 2, 3});
    EXPECT_THAT(b.agent.held(), IsEmpty());
    EXPECT_TRUE(b.agent.outbox().empty());
}

TEST(Agent, nothing_is_an_order_before_the_welcome) {
    Bench b;
    EXPECT_THAT(b.start(order(key_of(1))).done(), IsEmpty());
    EXPECT_THAT(b.agent.held(), IsEmpty());
}

TEST(Agent, a_start_heard_twice_starts_once_also_after_the_end) {
    Greeted b;
    for (const std::uint64_t attempt : {0U, 3U}) {
        const auto k = key_of(1, attempt);
        b.start(order(k));
        EXPECT_THAT(b.start(order(k)).done(), IsEmpty());
        b.exited(k, 1);
        b.ack({attempt == 0 ? 1U : 2U});
        EXPECT_THAT(b.start(order(k)).done(), IsEmpty());
    }
    EXPECT_THAT(b.start(order(key_of(1, 2))).done(), IsEmpty()) << "an older attempt comes too late";
    EXPECT_THAT(b.start(order(key_of(1, 4))).done(), ElementsAre("spawn 1.4"));
}

TEST(Agent, a_newer_attempt_waits_until_the_older_one_is_gone) {
    Greeted b(1);
    b.run(key_of(1, 1));
    EXPECT_THAT(b.start(order(key_of(1, 2))).done(), ElementsAre("terminate 1.1"));
    b.exited(key_of(1, 1), 0);
    EXPECT_THAT(b.sent(), ElementsAre("attempt_ended 1.1 stopped: attempt 2 of the trial takes over"));
    EXPECT_THAT(b.done(), ElementsAre("spawn 1.2"));
}

TEST(Agent, a_start_beyond_the_free_slots_is_preempted) {
    Greeted b(4);
    b.start(order(key_of(1), 3));
    EXPECT_THAT(b.start(order(key_of(2), 2)).sent(),
                ElementsAre("attempt_ended 2.1 preempted: worker w has 1 of 4 slots free"));
    EXPECT_THAT(b.done(), IsEmpty());
    EXPECT_THAT(b.start(order(key_of(3), 5)).sent(),
                ElementsAre("attempt_ended 3.1 crashed: needs 5 ranks, but worker w has 4 slots"));
    EXPECT_THAT(b.start(order(key_of(4), 1)).done(), ElementsAre("spawn 4.1"));
}

TEST(Agent, stop_is_sigterm_then_after_the_grace_sigkill) {
    Greeted b;
    const auto k = key_of(1);
    b.run(k);
    EXPECT_THAT(b.give(Received{Stop{k, "pruned"}}).done(), ElementsAre("terminate 1.1"));
    EXPECT_THAT(b.give(Received{Stop{k, "pruned"}}).done(), IsEmpty()) << "again is once";
    EXPECT_THAT(b.tick(9s).done(), IsEmpty());
    EXPECT_THAT(b.tick(1s).done(), ElementsAre("kill 1.1"));
    EXPECT_THAT(b.tick(5s).done(), ElementsAre("kill 1.1")) << "a kill without effect is repeated";
    b.give(ProcessEnded{k, Signalled{9}});
    EXPECT_THAT(b.sent(),
                ElementsAre("attempt_ended 1.1 stopped: pruned; ignored SIGTERM for 10 s and was killed"));
}

TEST(Agent, a_stop_whose_start_was_lost_is_answered_and_the_start_is_never_obeyed) {
    Greeted b;
    EXPECT_THAT(b.give(Received{Stop{key_of(1), "pruned"}}).sent(),
                ElementsAre("attempt_ended 1.1 stopped: pruned; it had not begun"));
    EXPECT_THAT(b.start(order(key_of(1))).done(), IsEmpty());
}

TEST(Agent, a_program_that_runs_too_long_is_timed_out) {
    Greeted b;
    auto s = order(key_of(1));
    s.timeout = 60s;
    b.start(s).give(ProcessStarted{s.key, 1});
    EXPECT_THAT(b.tick(59s).done(), IsEmpty());
    EXPECT_THAT(b.tick(1s).done(), ElementsAre("terminate 1.1"));
    b.exited(s.key, 1);
    EXPECT_THAT(b.sent(), ElementsAre("attempt_ended 1.1 timed_out: ran longer than 1 min 00 s"));
}

TEST(Agent, a_program_that_falls_silent_is_timed_out) {
    Greeted b;
    auto s = order(key_of(1));
    s.stall = 20s;
    b.start(s).give(ProcessStarted{s.key, 1});
    b.tick(15s);
    b.line(s.key, R"({"step": 1})");
    EXPECT_THAT(b.tick(19s).done(), IsEmpty());
    EXPECT_THAT(b.tick(1s).done(), ElementsAre("terminate 1.1"));
}

TEST(Agent, an_infeasible_trial_is_ended_with_its_reason) {
    Greeted b;
    b.run(key_of(1));
    EXPECT_THAT(b.line(key_of(1), R"({"infeasible": "too wide"})").done(), ElementsAre("terminate 1.1"));
    EXPECT_THAT(b.exited(key_of(1), 0).sent(), ElementsAre("attempt_ended 1.1 infeasible: too wide"));
}

TEST(Agent, steps_must_rise_and_end_at_the_target) {
    Greeted b;
    const auto k = key_of(1);
    b.run(k);
    for (const char* text :
         {R"({"step": 2})", R"({"step": 2})", R"({"step": 1})", R"({"step": 10})", "{", "nonsense"})
        b.line(k, text);
    b.line(k, R"({"step": 9})");
    EXPECT_THAT(b.sent(), ElementsAre("report 9"));
    b.exited(k, 0);
    ASSERT_EQ(b.sent().size(), 1U);
    EXPECT_THAT(b.sent()[0], HasSubstr("reached: 2 malformed report lines, the first:"));
    EXPECT_THAT(b.sent()[0], HasSubstr("3 reports dropped: steps must rise and end at 9"));
}

TEST(Agent, what_is_not_acknowledged_is_sent_again_in_order) {
    Greeted b;
    const auto k = key_of(1);
    b.run(k).line(k, R"({"step": 1})").line(k, R"({"step": 2})").line(k, R"({"step": 3})");
    b.ack({2});
    EXPECT_THAT(b.tick(5s).sent(), ElementsAre("heartbeat", "report 1", "report 3"));
    EXPECT_THAT(b.welcome().sent(), ElementsAre("report 1", "report 3")) << "a coordinator started anew";
}

TEST(Agent, a_pipe_is_not_read_while_too_many_reports_wait) {
    Greeted b(4, 4);
    auto s = order(key_of(1));
    s.to = 100;
    s.stall = 20s;
    b.start(s).give(ProcessStarted{s.key, 1});
    for (int i = 1; i <= 3; ++i) b.line(s.key, "{\"step\": " + std::to_string(i) + "}");
    EXPECT_THAT(b.done(), IsEmpty());
    EXPECT_THAT(b.line(s.key, R"({"step": 4})").done(), ElementsAre("pause 1.1"));
    b.line(s.key, R"({"step": 5})");
    EXPECT_EQ(b.agent.outbox().size(), 5U) << "what was under way is kept";
    EXPECT_THAT(b.tick(60s).done(), IsEmpty()) << "waiting for us is no stall";
    b.ack({1, 2, 3});
    EXPECT_THAT(b.done(), ElementsAre("resume 1.1"));
}

TEST(Agent, a_worker_told_to_go_lets_its_trials_checkpoint_and_says_goodbye_last) {
    Greeted b;
    b.run(key_of(1)).run(key_of(2));
    EXPECT_THAT(b.give(TerminateRequested{"SIGTERM"}).done(), ElementsAre("terminate 1.1", "terminate 2.1"));
    EXPECT_THAT(b.start(order(key_of(3))).sent(),
                ElementsAre("attempt_ended 3.1 preempted: the worker is leaving"));
    EXPECT_THAT(b.exited(key_of(1), 0).sent(),
                ElementsAre("attempt_ended 1.1 preempted: the worker was told to go: SIGTERM"));
    b.exited(key_of(2), 0);
    EXPECT_THAT(b.done(), IsEmpty()) << "not before the ends are acknowledged";
    b.ack({1, 2, 3});
    EXPECT_THAT(b.sent(), ElementsAre("goodbye"));
    EXPECT_THAT(b.done(), ElementsAre("exit 0 the worker was told to go: SIGTERM"));
    EXPECT_THAT(b.tick(100s).done(), IsEmpty());
}

TEST(Agent, a_farewell_has_an_end_without_acknowledgements_too) {
    Greeted b;
    b.run(key_of(1)).give(TerminateRequested{"SIGTERM"});
    b.exited(key_of(1), 0);
    EXPECT_THAT(b.tick(9s).done(), IsEmpty());
    b.tick(1s);
    ASSERT_EQ(b.done().size(), 1U);
    EXPECT_THAT(b.done()[0], HasSubstr("exit 0"));
    EXPECT_THAT(b.done()[0], HasSubstr("1 reports were not acknowledged"));
}

TEST(Agent, processes_that_cannot_die_do_not_keep_the_worker) {
    Greeted b;
    b.run(key_of(1)).give(TerminateRequested{"SIGTERM"});
    EXPECT_THAT(b.tick(10s).done(), ElementsAre("kill 1.1"));
    b.tick(30s);
    EXPECT_THAT(b.done().back(), HasSubstr("cannot be killed"));
}

TEST(Agent, a_second_signal_shortens_the_grace_to_nothing) {
    Greeted b;
    b.run(key_of(1)).give(TerminateRequested{"SIGINT"});
    EXPECT_THAT(b.give(TerminateRequested{"SIGINT"}).done(), ElementsAre("kill 1.1"));
}

TEST(Agent, a_lost_coordinator_is_waited_for_while_the_trials_go_on) {
    Greeted b;
    b.run(key_of(1));
    EXPECT_THAT(b.tick(9min).done(), IsEmpty());
    EXPECT_THAT(b.tick(1min).done(), ElementsAre("terminate 1.1"));
    b.exited(key_of(1), 0);
    b.tick(10s);
    EXPECT_THAT(b.done().at(0), HasSubstr("exit 0 no word from the coordinator for 10 min"));
}

TEST(Agent, a_refused_worker_says_why_and_exits_with_1) {
    Bench b;
    b.give(Received{Refused{"version 2"}});
    EXPECT_THAT(b.done(), ElementsAre("exit 1 the coordinator refuses this worker: version 2"));
    Bench other;
    other.give(Received{Welcome{version + 1, "", 5s, 30s}});
    EXPECT_THAT(other.done().at(0), HasSubstr("protocol version " + std::to_string(version + 1)));
}

TEST(Agent, a_dismissed_worker_ends_its_attempts_and_exits_with_0) {
    Greeted b;
    b.run(key_of(1));
    EXPECT_THAT(b.give(Received{Dismiss{"study ended"}}).done(), ElementsAre("terminate 1.1"));
    b.exited(key_of(1), 1);
    EXPECT_THAT(b.sent(), ElementsAre("attempt_ended 1.1 stopped: dismissed: study ended"));
    EXPECT_THAT(b.ack({1}).done(), ElementsAre("exit 0 dismissed: study ended"));
}

TEST(Agent, what_cannot_start_is_a_crash_with_the_reason) {
    Greeted b;
    b.start(order(key_of(1)));
    EXPECT_THAT(b.give(StartFailed{key_of(1), "no program 'train'"}).sent(),
                ElementsAre("attempt_ended 1.1 crashed: could not start: no program 'train'"));
    auto s = order(key_of(2));
    s.command = {"{what}"};
    b.start(s);
    ASSERT_EQ(b.sent().size(), 1U);
    EXPECT_THAT(b.sent()[0], HasSubstr("crashed: could not start: the command has {what}"));
}

}  // namespace
}  // namespace quench::worker::core

#include "worker/core/attempt.hpp"

#include "worker/protocol/codec.hpp"

#include <gtest/gtest.h>

namespace quench::worker::core {
namespace {

using namespace std::chrono_literals;
using protocol::Outcome;

struct Case {
    Attempt attempt;
    std::optional<Ending> ending;
    ProcessEnded end;

    Case() {
        attempt.order.to = 9;
        attempt.order.grace = 10s;
        attempt.state = Running{};
    }
    Case& last(std::int64_t step) {
        attempt.tally.last_step = step;
        return *this;
    }
    Case& exited(int status) {
        end.how = Exited{status};
        return *this;
    }
    Case& signalled(int signal) {
        end.how = Signalled{signal};
        return *this;
    }
    Case& ended_by_us(Outcome outcome, const std::string& why) {
        ending = Ending{outcome, why};
        attempt.state = Stopping{{}, *ending, {}};
        return *this;
    }
    Case& killed() {
        attempt.state = Killing{{}, *ending, {}};
        return *this;
    }
    [[nodiscard]] std::string said() const {
        const auto out = judge(attempt, ending, end, 90s);
        EXPECT_EQ(out.seconds, 90);
        return std::string(protocol::to_text(out.outcome)) + ": " + out.detail;
    }
};

TEST(Judge, the_target_step_and_exit_0_is_reached) {
    EXPECT_EQ(Case().last(9).exited(0).said(), "reached: ");
}

TEST(Judge, a_crash_says_how) {
    EXPECT_EQ(Case().exited(1).said(), "crashed: exit status 1");
    EXPECT_EQ(Case().last(9).exited(1).said(), "crashed: exit status 1");
    EXPECT_EQ(Case().signalled(11).said(), "crashed: killed by signal 11 (segmentation fault)");
    EXPECT_EQ(Case().exited(139).said(),
              "crashed: exit status 139: killed by signal 11 (segmentation fault)");
    EXPECT_EQ(Case().last(5).exited(0).said(),
              "crashed: exit status 0 without a report for step 9 (last was 5)");
    EXPECT_EQ(Case().exited(0).said(),
              "crashed: exit status 0 without a report for step 9 (there was none at all)");
    Case unwatched;
    unwatched.end.how = Unwatched{};
    EXPECT_EQ(unwatched.said(), "crashed: the process that watched over it was killed");
}

TEST(Judge, what_we_ended_has_our_outcome_whatever_the_exit_status) {
    EXPECT_EQ(Case().ended_by_us(Outcome::stopped, "pruned").exited(1).said(), "stopped: pruned");
    EXPECT_EQ(Case().ended_by_us(Outcome::preempted, "told to go").exited(0).said(), "preempted: told to go");
    EXPECT_EQ(Case().ended_by_us(Outcome::timed_out, "no report for 5 s").signalled(15).said(),
              "timed_out: no report for 5 s");
    EXPECT_EQ(Case().ended_by_us(Outcome::stopped, "pruned").killed().signalled(9).said(),
              "stopped: pruned; ignored SIGTERM for 10 s and was killed");
    EXPECT_EQ(Case().ended_by_us(Outcome::infeasible, "too wide").exited(0).said(), "infeasible: too wide");
}

TEST(Judge, a_target_reached_while_being_ended_counts_unless_the_coordinator_asked_for_the_end) {
    EXPECT_EQ(Case().ended_by_us(Outcome::preempted, "x").last(9).exited(0).said(), "reached: ");
    EXPECT_EQ(Case().ended_by_us(Outcome::preempted, "x").last(9).exited(1).said(), "preempted: x");
    EXPECT_EQ(Case().ended_by_us(Outcome::stopped, "x").last(9).exited(0).said(), "stopped: x");
}

TEST(Judge, what_else_was_odd_is_told) {
    Case c;
    c.last(9).exited(0);
    c.end.leftovers = 3;
    c.attempt.tally.malformed = 2;
    c.attempt.tally.first_malformed = "no 'step': quench: {}";
    c.attempt.tally.out_of_order = 1;
    c.end.log_left_out = 1000;
    EXPECT_EQ(
        c.said(),
        "reached: left 3 processes behind, killed; 2 malformed report lines, the first: no 'step': quench: "
        "{}; 1 report dropped: steps must rise and end at 9; 1000 bytes left out of the log");
}

TEST(LastWords, are_the_last_line_that_says_something) {
    EXPECT_EQ(last_words("Traceback\n  line 3\nModuleNotFoundError: No module named 'torch'\n\n"),
              "ModuleNotFoundError: No module named 'torch'");
    EXPECT_EQ(last_words("no line end"), "no line end");
    EXPECT_EQ(last_words("loading\nquench: {\"step\": 1}\n"), "loading") << "reports are no words of failure";
    EXPECT_EQ(last_words(""), "");
    EXPECT_EQ(last_words("\n \n\t\n"), "");
    EXPECT_EQ(last_words(std::string(5000, 'x')).size(), 200u);
}

TEST(LastWords, are_not_the_notice_with_which_mpirun_ends_a_job) {
    const std::string rule(74, '-');
    EXPECT_EQ(
        last_words("out of memory\n" + rule + "\nPrimary job  terminated normally, but 1 process returned\n" +
                   "a non-zero exit code.\n" + rule + "\n"),
        "out of memory");
}

}  // namespace
}  // namespace quench::worker::core

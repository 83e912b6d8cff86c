// Who dies, and that nobody stays: each way in which a part of the tree can be killed.
#include "tests/worker/io/fake_coordinator.hpp"

#include <set>

#include <gmock/gmock.h>

namespace quench::worker::io {
namespace {

using testing::HasSubstr;

std::string said(const AttemptEnded& end) {
    return std::string(to_text(end.outcome)) + ": " + end.detail;
}

/// A worker with a trial of two ranks that ignore SIGTERM, one of which has a child that fled to a session of
/// its own.
struct Stubborn : Stage {
    pid_t rank = 0;

    Stubborn() {
        start_worker();
        auto s = order(1, {RANK_PROGRAM, "1", "stubborn", "fork"}, 2);
        s.grace = 500ms;
        say(s);
        rank = static_cast<pid_t>(await_report(1, 1).metrics["pid"]);
        EXPECT_GE(processes_of(token, "rank_program").size(), 3U);
    }
    /// The process whose command line begins with mpirun; the shepherd's holds the word too.
    pid_t mpirun() {
        for (const pid_t pid : processes_of(token, "mpirun"))
            if (content_of("/proc/" + std::to_string(pid) + "/comm") == "mpirun\n") return pid;
        ADD_FAILURE() << "no mpirun";
        return 0;
    }
};

TEST(Death, a_killed_worker_leaves_nobody) {
    Stubborn s;
    s.kill_worker();
    s.await_nobody();
}

TEST(Death, a_killed_shepherd_leaves_nobody_and_other_attempts_run_on) {
    Stubborn s;
    s.say(s.shell(2, R"(echo 'quench: {"step": 1}'; while [ ! -e go ]; do sleep 0.01; done
                        echo 'quench: {"step": 3}')"));
    s.await_report(2, 1);
    for (const pid_t pid : processes_of(s.token, "trials/1/.lock")) ::kill(pid, SIGKILL);
    EXPECT_THAT(said(s.await_end(1)),
                HasSubstr("crashed: the process that watched over it was killed; left "));
    EXPECT_TRUE(processes_of(s.token, "rank_program").empty()) << "when the end is said, nobody is left";
    std::ofstream(s.folder / "go");
    EXPECT_EQ(said(s.await_end(2)), "reached: ");
    s.await_nobody({s.worker});
}

TEST(Death, a_killed_mpirun_leaves_nobody) {
    Stubborn s;
    const auto begin = std::chrono::steady_clock::now();
    ::kill(s.mpirun(), SIGKILL);
    EXPECT_THAT(said(s.await_end(1)),
                HasSubstr("crashed: killed by signal 9 (kill; perhaps out of memory); left "));
    const auto took = std::chrono::steady_clock::now() - begin;
    std::printf("from the death of mpirun to the end of all: %.1f ms\n",
                std::chrono::duration<double, std::milli>(took).count());
    EXPECT_TRUE(processes_of(s.token, "rank_program").empty());
    s.await_nobody({s.worker});
}

TEST(Death, a_killed_rank_takes_all_with_it) {
    Stubborn s;
    ::kill(s.rank, SIGKILL);
    EXPECT_THAT(said(s.await_end(1)), HasSubstr("crashed: exit status 137: killed by signal 9"));
    s.await_nobody({s.worker});
}

TEST(Death, ranks_that_ignore_sigterm_are_killed_after_the_grace) {
    Stubborn s;
    const auto begin = std::chrono::steady_clock::now();
    s.say(Stop{{"s", 1, 1}, "pruned"});
    EXPECT_EQ(said(s.await_end(1)), "stopped: pruned; ignored SIGTERM for 500 ms and was killed");
    const auto took = std::chrono::steady_clock::now() - begin;
    RecordProperty("ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    EXPECT_LT(took, 3s);
    EXPECT_TRUE(processes_of(s.token, "rank_program").empty());
    s.await_nobody({s.worker});
}

TEST(Death, a_killed_shepherd_sends_sigterm_to_its_main_process_when_no_worker_can) {
    Stage s;
    s.start_worker();
    s.say(s.shell(1, R"(echo 'quench: {"step": 1}'; exec sleep 1000)"));
    s.await_report(1, 1);
    const auto shepherds = processes_of(s.token, "shepherd");
    ::kill(s.worker, SIGSTOP);  // so that it cannot clean up in between
    for (const pid_t pid : shepherds) ::kill(pid, SIGKILL);
    s.kill_worker();
    s.await_nobody();
}

TEST(Death, what_a_program_leaves_behind_is_killed_and_told) {
    Stage s;
    s.start_worker();
    s.say(s.shell(1, R"(for i in 1 2; do setsid sh -c 'trap "" TERM HUP; while :; do sleep 1000; done' & done
                        for i in 1 2 3; do echo "quench: {\"step\": $i}"; done; sleep 0.2; exit 0)"));
    const auto& end = s.await_end(1);
    EXPECT_EQ(end.outcome, Outcome::reached);
    EXPECT_THAT(end.detail, HasSubstr("left 4 processes behind, killed"));
    s.await_nobody({s.worker});
}

TEST(Death, a_worker_goes_with_the_process_that_started_it) {
    Stage s;
    // The worker's parent is a shell that names itself as the one to die with.
    const auto access = s.folder / "access";
    s.start_worker();
    s.kill_worker();
    s.hello.reset();
    const pid_t parent =
        s.launch({"/bin/sh", "-c", std::string(WORKER_PROGRAM) + " worker " + access.string() + " 1 $$; :"});
    s.await([&] { return s.hello.has_value(); }, "hello");
    s.say(s.shell(7, R"(echo 'quench: {"step": 1}'; exec sleep 1000)"));
    s.await_report(7, 1);
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    s.await_nobody();
}

}  // namespace
}  // namespace quench::worker::io

// A real worker process under a played coordinator: starting, reporting, stopping, logging.
#include "tests/worker/io/fake_coordinator.hpp"
#include "worker/io/worker_main.hpp"

#include <set>

#include <gmock/gmock.h>
#include <sys/file.h>

namespace quench::worker::io {
namespace {

using testing::HasSubstr;

std::string said(const AttemptEnded& end) {
    return std::string(to_text(end.outcome)) + (end.detail.empty() ? "" : ": " + end.detail);
}

const std::string three_steps = R"(for i in 1 2 3; do echo "quench: {\"step\": $i, \"pid\": $$}"; done)";

TEST(Worker, a_trial_reports_and_reaches_its_target) {
    Stage stage;
    stage.start_worker();
    EXPECT_EQ(stage.hello->slots, 4);
    EXPECT_EQ(stage.hello->pid, stage.worker);
    stage.say(stage.shell(1, "echo to stderr >&2; cat $QUENCH_RUN; echo lr={param.lr}; " + three_steps));
    EXPECT_EQ(said(stage.await_end(1)), "reached");
    EXPECT_EQ(stage.reports.size(), 3U);
    const auto log = content_of(stage.folder / "trials/1/1.log");
    EXPECT_THAT(log, HasSubstr("to stderr\n"));
    EXPECT_THAT(log, HasSubstr("lr=0.5\n"));
    EXPECT_THAT(log, HasSubstr("\"checkpoint_dir\""));
    EXPECT_THAT(log, HasSubstr("quench: {\"step\": 3"));
    EXPECT_TRUE(std::filesystem::is_directory(stage.folder / "trials/1/checkpoint"));
    stage.await_nobody({stage.worker});
}

TEST(Worker, mpirun_starts_the_ranks_and_leaves_nothing) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.order(1, {RANK_PROGRAM, "3"}, 2));
    EXPECT_EQ(said(stage.await_end(1)), "reached");
    RecordProperty("seconds", std::to_string(stage.ends[0].seconds));
    EXPECT_EQ(stage.reports.size(), 3U);
    stage.await_nobody({stage.worker});
}

TEST(Worker, a_program_that_is_not_there_is_a_crash_with_its_name) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.order(1, {"no-such-program"}));
    EXPECT_EQ(said(stage.await_end(1)), "crashed: could not start: no program 'no-such-program' on the PATH");
    auto lost = stage.shell(2, "true");
    lost.workdir = "/no/such/folder";
    stage.say(lost);
    EXPECT_THAT(said(stage.await_end(2)), HasSubstr("cannot work in /no/such/folder (No such file"));
    stage.say(stage.order(3, {"/dev/null"}));
    EXPECT_THAT(said(stage.await_end(3)), HasSubstr("cannot run /dev/null (Permission denied)"));
}

TEST(Worker, exit_statuses_and_signals_are_told) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(1, "exit 3"));
    stage.say(stage.shell(2, "kill -SEGV $$"));
    stage.say(stage.shell(3, "true"));
    EXPECT_EQ(said(stage.await_end(1)), "crashed: exit status 3");
    EXPECT_EQ(said(stage.await_end(2)), "crashed: killed by signal 11 (segmentation fault)");
    EXPECT_THAT(said(stage.await_end(3)), HasSubstr("exit status 0 without a report for step 3"));
}

TEST(Worker, a_child_begins_with_the_checkpoint_of_its_parent_once) {
    Stage stage;
    stage.start_worker();
    std::filesystem::create_directories(stage.folder / "trials/1/checkpoint");
    std::ofstream(stage.folder / "trials/1/checkpoint/state") << "of the parent";
    auto child = stage.shell(2, "cat {checkpoint_dir}/state; echo its own > {checkpoint_dir}/state; exit 3");
    child.parent_folder = stage.folder / "trials/1";
    stage.say(child);
    EXPECT_THAT(said(stage.await_end(2)), HasSubstr("its last output: of the parent"));
    EXPECT_EQ(content_of(stage.folder / "trials/1/checkpoint/state"), "of the parent");
    stage.ends.clear();
    child.key.attempt = 2;
    stage.say(child);
    EXPECT_THAT(said(stage.await_end(2)), HasSubstr("its last output: its own"));
}

TEST(Worker, a_child_whose_parent_is_not_seen_here_is_a_crash_that_says_so) {
    Stage stage;
    stage.start_worker();
    auto child = stage.shell(2, three_steps);
    child.parent_folder = stage.folder / "trials/1";
    stage.say(child);
    const auto text = said(stage.await_end(2));
    EXPECT_THAT(text, HasSubstr("crashed: could not start: cannot begin with the parent's checkpoint"));
    EXPECT_THAT(text, HasSubstr("trials/1/checkpoint (No such file or directory) let all workers see one"));
    EXPECT_FALSE(std::filesystem::exists(stage.folder / "trials/2/checkpoint"));
    EXPECT_TRUE(stage.reports.empty());
    stage.await_nobody({stage.worker});
}

TEST(Worker, a_stopped_trial_has_its_grace_to_checkpoint) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(1, R"(trap 'sleep 0.3; echo saved > {checkpoint_dir}/c; exit 0' TERM
                                echo 'quench: {"step": 1}'; while :; do sleep 0.01; done)"));
    stage.await_report(1, 1);
    stage.say(Stop{{"s", 1, 1}, "pruned"});
    EXPECT_EQ(said(stage.await_end(1)), "stopped: pruned");
    EXPECT_EQ(content_of(stage.folder / "trials/1/checkpoint/c"), "saved\n");
}

TEST(Worker, the_child_of_a_shell_that_dies_of_sigterm_keeps_its_grace) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(1, R"(sh -c 'trap "sleep 0.3; echo saved > {checkpoint_dir}/c; exit 0" TERM
                                       echo "quench: {\"step\": 1}"; while :; do sleep 0.01; done'; echo after)"));
    stage.await_report(1, 1);
    stage.say(Stop{{"s", 1, 1}, "pruned"});
    EXPECT_EQ(said(stage.await_end(1)), "stopped: pruned");
    EXPECT_EQ(content_of(stage.folder / "trials/1/checkpoint/c"), "saved\n");
}

TEST(Worker, ranks_have_more_than_the_second_that_mpirun_would_give_them) {
    Stage stage;
    stage.start_worker();
    auto s = stage.order(1, {RANK_PROGRAM, "1", "slow"}, 2);
    stage.say(s);
    stage.await_report(1, 1);
    stage.say(Stop{{"s", 1, 1}, "pruned"});
    EXPECT_EQ(said(stage.await_end(1)), "stopped: pruned");
    const auto log = content_of(stage.folder / "trials/1/1.log");
    EXPECT_THAT(log, HasSubstr("rank 0 has checkpointed"));
    EXPECT_THAT(log, HasSubstr("rank 1 has checkpointed"));
}

TEST(Worker, a_flood_fills_neither_disk_nor_memory_and_heartbeats_go_on) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(1, "yes 'quench, but not quite a report line' | head -c 300000000; echo; " +
                                 three_steps + "; head -c 100000 /dev/zero; echo last words"));
    stage.heartbeats.clear();
    const auto& end = stage.await_end(1);
    EXPECT_THAT(said(end), HasSubstr("reached: "));
    EXPECT_THAT(end.detail, HasSubstr("bytes left out of the log"));
    auto longest = 0ms;
    for (std::size_t i = 1; i < stage.heartbeats.size(); ++i)
        longest = std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(
                                        stage.heartbeats[i] - stage.heartbeats[i - 1]));
    RecordProperty("longest_heartbeat_gap_ms", std::to_string(longest.count()));
    EXPECT_LT(longest, 1000ms) << "heartbeats are due every 100 ms";
    const auto log = content_of(stage.folder / "trials/1/1.log");
    EXPECT_LT(log.size(), (8U << 20) + (64U << 10) + 200);
    EXPECT_THAT(log.substr(log.size() - 20), HasSubstr("last words"));
    EXPECT_NE(log.find("bytes are left out here"), std::string::npos);
    const auto status = content_of("/proc/" + std::to_string(stage.worker) + "/status");
    EXPECT_LT(std::stol(status.substr(status.find("VmHWM:") + 6)), 200'000) << "kB";
}

TEST(Worker, reports_wait_in_the_pipe_while_nobody_acknowledges_and_none_is_lost) {
    Stage stage;
    stage.acknowledging = false;
    stage.start_worker();
    auto s =
        stage.shell(1, R"(i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "quench: {\"step\": $i}"; done)");
    s.to = 20000;
    stage.say(s);
    stage.await([&] { return stage.reports.size() >= 512; }, "a window of reports");
    stage.acknowledging = true;
    EXPECT_EQ(said(stage.await_end(1)), "reached");
    std::set<std::int64_t> steps;
    for (const auto& r : stage.reports) steps.insert(r.step);
    EXPECT_EQ(steps.size(), 20000U);
}

TEST(Worker, a_coordinator_that_comes_back_hears_what_it_missed) {
    Stage stage;
    stage.acknowledging = false;
    stage.start_worker();
    stage.say(stage.shell(1, three_steps));
    stage.await_end(1);
    stage.reports.clear();
    stage.ends.clear();
    stage.close();
    stage.acknowledging = true;
    stage.open_again();
    EXPECT_EQ(said(stage.await_end(1)), "reached");
    EXPECT_EQ(stage.reports.size(), 3U);
}

TEST(Worker, an_older_copy_of_the_trial_is_waited_for) {
    Stage stage;
    stage.start_worker();
    std::filesystem::create_directories(stage.folder / "trials/1");
    const auto lock = (stage.folder / "trials/1/.lock").string();
    Descriptor held(::open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
    const auto log = stage.folder / "trials/1/1.log";
    const auto waiting = [&] {
        return content_of(log).find("waiting for an older copy") != std::string::npos;
    };
    stage.say(stage.shell(1, three_steps));
    stage.await(waiting, "the shepherd's word");
    EXPECT_TRUE(stage.reports.empty());
    held.reset();
    EXPECT_EQ(said(stage.await_end(1)), "reached");

    held = Descriptor(::open(lock.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(held.get(), LOCK_EX), 0);
    auto again = stage.shell(1, three_steps);
    again.key.attempt = 2;
    stage.ends.clear();
    stage.say(again);
    const auto second = stage.folder / "trials/1/2.log";
    stage.await([&] { return content_of(second).find("waiting") != std::string::npos; },
                "the shepherd's word");
    stage.say(Stop{again.key, "pruned"});
    EXPECT_EQ(said(stage.await_end(1)), "stopped: pruned; it had not begun");
}

TEST(Worker, a_worker_told_to_go_checkpoints_says_goodbye_and_exits_with_0) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(1, R"(echo 'quench: {"step": 1}'; exec sleep 100)"));
    stage.await_report(1, 1);
    ::kill(stage.worker, SIGTERM);
    EXPECT_EQ(stage.await_exit(), 0);
    EXPECT_EQ(said(stage.await_end(1)), "preempted: the worker was told to go: SIGTERM");
    stage.await([&] { return stage.goodbye; }, "goodbye");
    stage.await_nobody();
}

TEST(Worker, a_refused_worker_exits_with_1) {
    Stage stage;
    stage.start_worker();
    stage.say(Refused{"you are not the one"});
    EXPECT_EQ(stage.await_exit(), 1);
}

TEST(Worker, a_malformed_message_is_dropped_and_the_worker_goes_on) {
    Stage stage;
    stage.start_worker();
    stage.say(Reply{1, true, "not for a worker"});
    stage.say(Frame(100, 0x91));
    stage.say(Frame{});
    stage.say(stage.shell(2, three_steps));
    EXPECT_EQ(said(stage.await_end(2)), "reached");
}

TEST(Worker, a_short_trial_costs_little) {
    Stage stage;
    stage.start_worker();
    std::vector<double> ms;
    for (std::uint64_t trial = 1; trial <= 30; ++trial) {
        const auto begin = std::chrono::steady_clock::now();
        stage.say(stage.order(trial, {"true"}));
        stage.await_end(trial);
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(ms);
    std::printf("start to acknowledged end of a bare trial: median %.1f ms, worst %.1f ms\n", ms[15], ms[29]);
    EXPECT_LT(ms[15], 500) << "a polling loop somewhere";
}

TEST(Worker, the_temporary_folder_of_mpi_is_removed) {
    Stage stage;
    stage.start_worker();
    stage.say(stage.shell(
        1, "echo $OMPI_MCA_orte_tmpdir_base; test -d $OMPI_MCA_orte_tmpdir_base || exit 9; " + three_steps));
    EXPECT_EQ(said(stage.await_end(1)), "reached");
    auto name = content_of(stage.folder / "trials/1/1.log");
    name = name.substr(0, name.find('\n'));
    EXPECT_THAT(name, HasSubstr("/quench-"));
    EXPECT_FALSE(std::filesystem::exists(name));
}

}  // namespace
}  // namespace quench::worker::io

#include "orchestrator/cli/progress.hpp"

#include "orchestrator/cli/text.hpp"
#include "orchestrator/core/apply.hpp"
#include "tests/orchestrator/cli/sample_journal.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace quench::orchestrator::cli {
namespace {

using namespace std::chrono_literals;

// The coordinator of the sample starts a second after the study was created: that second is nobody's time.
core::State state_at(Until until) {
    return core::replay(sample_journal(until)).value();
}

ProgressInfo at_work(base::Duration after) {
    return {.now = journal_begin + after, .since = journal_begin, .spent_before = 0};
}

TEST(live_view, a_study_that_has_just_begun) {
    EXPECT_EQ(live_view(state_at(Until::created), at_work(1s), 100, false),
              "demo  running  0 ms\n"
              "[------------------------------]   0%  spent 0 of 27 epoch, left 27\n"
              "ends     unknown\n"
              "trials   0\n"
              "workers  0, 0 of 0 slots used\n"
              "best     none yet\n"
              "BRACKET  RUNG  RUNNING  ARRIVED  PROMOTED  PLANNED  BEST\n"
              "      0     1        0        0         0        -     -\n"
              "      0     3        0        0         0        -     -\n"
              "      0     9        0        0         0        -     -\n");
}

TEST(live_view, a_study_at_work) {
    EXPECT_EQ(live_view(state_at(Until::promoted), at_work(30s), 100, false),
              "demo  running  29 s\n"
              "[###---------------------------]  11%  spent 3 of 27 epoch, left 24\n"
              "ends     in about 4 min 00 s, 2026-11-20 22:04:30 UTC\n"
              "trials   3: 1 running, 2 paused\n"
              "workers  1, 1 of 3 slots used\n"
              "best     val_loss 0.4 (trial 1 at epoch 1, provisional)  lr=0.01 model=a, \"b\"\n"
              "BRACKET  RUNG  RUNNING  ARRIVED  PROMOTED  PLANNED  BEST\n"
              "      0     1        0        3         1        -   0.4\n"
              "      0     3        1        0         0        -     -\n"
              "      0     9        0        0         0        -     -\n");
}

TEST(live_view, a_study_that_has_ended_says_why_and_promises_nothing) {
    const std::string view = live_view(state_at(Until::ended), at_work(1h), 100, false);
    EXPECT_TRUE(view.starts_with("demo  cancelled  25 s  (asked for by a user)\n")) << view;
    EXPECT_EQ(view.find("ends "), view.npos);
    EXPECT_NE(view.find("trials   3: 1 completed, 2 stopped\n"), view.npos) << view;
    EXPECT_NE(view.find("val_loss 0.25 (trial 1 at epoch 3)"), view.npos) << view;
}

TEST(live_view, a_study_that_ended_for_want_of_proposals_says_what_ended_them) {
    core::State state = state_at(Until::ended);
    state.proposals_ended = "the space is exhausted";
    const std::string view = live_view(state, at_work(1h), 100, false);
    EXPECT_TRUE(view.starts_with("demo  cancelled  25 s  (asked for by a user; the space is exhausted)\n"))
        << view;
}

TEST(live_view, a_journal_without_a_coordinator_shows_its_age_and_no_date) {
    const std::string view = live_view(state_at(Until::promoted), {.now = journal_begin + 2h}, 100, false);
    EXPECT_NE(view.find("(last fact 1 h 59 min ago)"), view.npos) << view;
    EXPECT_EQ(view.find("UTC"), view.npos) << view;
    EXPECT_NE(view.find("of work"), view.npos) << view;
}

TEST(live_view, fits_any_width) {
    const core::State state = state_at(Until::promoted);
    for (const int width : {0, 1, 5, 20, 40, 79}) {
        std::istringstream lines(live_view(state, at_work(30s), width, false));
        std::string line;
        while (std::getline(lines, line))
            EXPECT_LE(display_width(line), static_cast<std::size_t>(std::max(width, 1))) << line;
    }
}

TEST(live_view, colours_are_closed_on_their_line) {
    const std::string view = live_view(state_at(Until::promoted), at_work(30s), 100, true);
    EXPECT_TRUE(view.starts_with("\x1b[1mdemo  running  29 s\x1b[0m\n")) << view;
}

TEST(time_left, is_unknown_without_a_rate_and_bounded_by_the_hours) {
    EXPECT_EQ(time_left(state_at(Until::created), at_work(10s)), std::nullopt);
    core::State state = state_at(Until::promoted);
    EXPECT_EQ(time_left(state, at_work(30s)), base::Duration(240s));
    const ProgressInfo resumed = {.now = journal_begin + 30s, .since = journal_begin, .spent_before = 3};
    EXPECT_EQ(time_left(state, resumed), std::nullopt) << "nothing was spent since the resume";
    state.created->study.stop.wall = 60s;
    EXPECT_EQ(time_left(state, at_work(30s)), base::Duration(31s));
}

TEST(plain_lines, tell_what_matters_and_keep_quiet_about_the_rest) {
    core::State state;
    std::string told;
    for (const core::StampedFact& fact : sample_journal(Until::ended)) {
        ASSERT_TRUE(core::apply(state, fact).ok());
        for (const std::string& line : plain_lines(fact, state)) told += line + "\n";
    }
    EXPECT_EQ(told,
              "2026-11-20 22:00:00 study demo starts: minimize val_loss, sampler random, scheduler asha\n"
              "2026-11-20 22:00:02 worker local-0 joined from node1 with 3 slots\n"
              "2026-11-20 22:00:04 trial 0 starts on local-0: epoch 0 to 1; lr=0.001 model=gnn\n"
              "2026-11-20 22:00:06 trial 1 starts on local-0: epoch 0 to 1; lr=0.01 model=a, \"b\"\n"
              "2026-11-20 22:00:08 trial 2 starts on local-0: epoch 0 to 1; lr=0.05 model=gnn\n"
              "2026-11-20 22:00:09 trial 2 attempt 1 crashed: exit status 1\n"
              "2026-11-20 22:00:10 trial 2 starts on local-0: epoch 0 to 1 (attempt 2)\n"
              "2026-11-20 22:00:11 new best val_loss 0.5: trial 0 at epoch 1\n"
              "2026-11-20 22:00:14 new best val_loss 0.4: trial 1 at epoch 1\n"
              "2026-11-20 22:00:20 trial 1 proceeds to 3 at epoch 1: best of 3 at epoch 1\n"
              "2026-11-20 22:00:21 trial 1 starts on local-0: epoch 1 to 3 (attempt 2)\n"
              "2026-11-20 22:00:22 new best val_loss 0.25: trial 1 at epoch 3\n"
              "2026-11-20 22:00:23 study demo paused: asked for\n"
              "2026-11-20 22:00:24 trial 1 attempt 2 preempted: the study was paused\n"
              "2026-11-20 22:00:25 worker local-0 is gone: said goodbye\n"
              "2026-11-20 22:00:26 study demo cancelled: asked for by a user; 3 trials, 5 epoch spent\n"
              "2026-11-20 22:00:27 trial 0 stopped: val_loss 0.5 (the study has ended)\n"
              "2026-11-20 22:00:28 trial 1 completed: val_loss 0.25 (trained to the end)\n"
              "2026-11-20 22:00:29 trial 2 stopped: val_loss 0.75 (the study has ended)\n");
}

}  // namespace
}  // namespace quench::orchestrator::cli

#include "search/scheduler/curve_history.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

/// Trials 0 .. count-1 of a group; each shows `trial - step / 100`, up to `to`.
void train(CurveHistory& history, std::uint64_t first, std::uint64_t count, std::size_t group, Resource to) {
    for (std::uint64_t trial = first; trial < first + count; ++trial) {
        history.propose(TrialId(trial), group);
        for (Resource step = 1; step <= to; ++step)
            history.report(TrialId(trial), step,
                           static_cast<double>(trial) - static_cast<double>(step) / 100);
    }
}

SurvivalQuestion asked(const CurveHistory& history, const CurveHistory::Occasion& occasion) {
    SurvivalQuestion question;
    history.recall(question, occasion);
    return question;
}

TEST(curve_history, recalls_how_trials_of_other_groups_moved_from_now_to_the_target) {
    CurveHistory history(16);
    train(history, 0, 3, 0, 8);
    train(history, 3, 2, 1, 8);
    train(history, 5, 1, 2, 7);
    const auto question = asked(history, {.now = 4, .target = 8, .besides_group = 1});
    ASSERT_EQ(question.movements.size(), 3u) << "one group is left out, one trial was not trained so far";
    EXPECT_EQ(question.movements.front().now, 1.96) << "the latest first";
    EXPECT_EQ(question.movements.front().then, 1.92);
    EXPECT_EQ(question.target, 8);
    EXPECT_EQ(question.question.known, 4u);
    EXPECT_EQ(asked(history, {.now = 4, .target = 8}).movements.size(), 5u);
}

TEST(curve_history, a_trial_that_was_chosen_on_the_way_says_nothing_about_it) {
    CurveHistory history(16);
    train(history, 0, 4, 0, 8);
    history.choose(TrialId(0), 4);  // as the movement begins
    history.choose(TrialId(1), 6);
    history.choose(TrialId(2), 8);  // as it ends
    const auto question = asked(history, {.now = 4, .target = 8});
    ASSERT_EQ(question.movements.size(), 3u);
    for (const Movement& movement : question.movements) EXPECT_NE(movement.now, 0.96);
}

TEST(curve_history, earlier_stages_have_the_proportion_of_the_occasion) {
    CurveHistory history(16);
    train(history, 0, 6, 0, 4);
    const auto question = asked(history, {.now = 4, .target = 8, .besides_group = 0});
    EXPECT_TRUE(question.movements.empty());
    ASSERT_EQ(question.earlier.size(), 2u) << "2 to 4, and 1 to 2: the group's own trials are there too";
    EXPECT_EQ(question.earlier[0].front().now, 4.98);
    EXPECT_EQ(question.earlier[0].front().then, 4.96);
    EXPECT_EQ(question.earlier[1].front().then, 4.98);
}

TEST(curve_history, contenders_whom_nobody_chose_yet_are_compared_with_the_like) {
    CurveHistory history(16);
    train(history, 0, 12, 0, 4);
    for (std::uint64_t trial = 0; trial < 6; ++trial) history.choose(TrialId(trial), 1);
    const auto chosen = asked(history, {.now = 4, .target = 8, .unselected = false});
    const auto unselected = asked(history, {.now = 4, .target = 8, .unselected = true});
    EXPECT_EQ(chosen.earlier.front().size(), 12u);
    EXPECT_EQ(unselected.earlier.front().size(), 6u);
}

TEST(curve_history, a_report_that_is_told_again_changes_nothing) {
    CurveHistory history(16);
    history.propose(TrialId(0), 0);
    history.report(TrialId(0), 2, 5);
    history.report(TrialId(0), 1, 7);
    history.report(TrialId(0), 2, 8);
    history.report(TrialId(1), 2, 8);
    EXPECT_EQ(history.reached(TrialId(0)), 2);
    EXPECT_EQ(history.reached(TrialId(1)), 0);
    EXPECT_EQ(history.curve(TrialId(0), 2).values, (std::vector<double>{5, 5}));
    EXPECT_TRUE(history.curve(TrialId(1), 2).values.empty());
}

}  // namespace
}  // namespace quench::search::scheduler

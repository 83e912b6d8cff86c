#include "orchestrator/core/best.hpp"

#include "tests/orchestrator/core/rig.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using testing::ElementsAre;

/// "loss" is minimised, "speed" maximised.
Study two_objectives() {
    Study study = small_study("none", 2);
    study.others = {{"speed", Direction::maximize}};
    study.sampler.objectives = 2;
    study.stop.trials = 5;
    return study;
}

void train(Rig& rig, std::uint64_t trial, double loss, double speed) {
    rig.report("w1", trial, 2, {{"loss", loss}, {"speed", speed}});
    rig.end("w1", trial, Outcome::reached);
}

std::vector<std::uint64_t> numbers(const Front& front) {
    std::vector<std::uint64_t> trials;
    for (const Best& one : front.trials) trials.push_back(one.trial.value());
    return trials;
}

TEST(Best, is_no_trial_that_diverged_later_however_good_it_was_and_however_far_it_came) {
    Rig rig(small_study("none", 9));
    rig.join("w1", 2);
    rig.report("w1", 0, 1, 0.1);
    rig.report("w1", 1, 1, 0.5);
    EXPECT_EQ(best_of(rig.state())->trial, TrialId(0));
    rig.report("w1", 0, 2, 0.05);
    rig.report("w1", 0, 3, std::numeric_limits<double>::quiet_NaN());
    const auto best = best_of(rig.state());
    EXPECT_EQ(best->trial, TrialId(1));
    EXPECT_EQ(best->value, 0.5);
    EXPECT_TRUE(best->provisional);
}

TEST(Front, holds_the_completed_trials_that_nothing_beats_best_of_the_first_objective_first) {
    Rig rig(two_objectives());
    rig.join("w1");
    train(rig, 0, 0.5, 10);
    train(rig, 1, 0.3, 5);
    train(rig, 2, 0.6, 9);  // trial 0 beats it
    train(rig, 3, 0.9, 20);
    train(rig, 4, 0.3, 5);  // as good as trial 1
    const Front front = front_of(rig.state());
    EXPECT_FALSE(front.provisional);
    EXPECT_THAT(numbers(front), ElementsAre(1, 4, 0, 3));
    EXPECT_THAT(front.values[3], ElementsAre(0.9, 20));
}

TEST(Front, while_nothing_is_completed_those_that_got_furthest_compete) {
    Rig rig(two_objectives());
    rig.join("w1", 2);
    rig.report("w1", 0, 1, {{"loss", 0.5}, {"speed", 1}});
    rig.report("w1", 1, 1, {{"loss", 0.4}, {"speed", 2}});
    const Front front = front_of(rig.state());
    EXPECT_TRUE(front.provisional);
    EXPECT_THAT(numbers(front), ElementsAre(1));
}

TEST(SeveralObjectives, a_trial_diverges_with_any_of_them_and_fails_without_one_of_them) {
    Rig rig(two_objectives());
    rig.join("w1");
    rig.report("w1", 0, 1, {{"loss", 0.5}, {"speed", std::numeric_limits<double>::infinity()}});
    rig.end("w1", 0, Outcome::stopped);
    EXPECT_EQ(rig.ended(0).how, search::Ending::diverged);
    EXPECT_EQ(rig.ended(0).reason, "speed is inf at step 1");
    rig.report("w1", 1, 2, 0.5);
    rig.end("w1", 1, Outcome::reached);
    EXPECT_EQ(rig.ended(1).how, search::Ending::failed);
    EXPECT_EQ(rig.ended(1).reason, "its report of step 2 has no 'loss, speed'");
}

}  // namespace
}  // namespace quench::orchestrator::core

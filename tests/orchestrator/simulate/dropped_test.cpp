#include "orchestrator/simulate/dropped.hpp"

#include "orchestrator/core/apply.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

/// Trials of ASHA with rungs at 1 and 3, each trained to `reached`; values[i] are those of trial i after
/// steps 1..3.
struct Story {
    core::State state;
    std::vector<Curve> curves;
};

Story story(const std::vector<std::vector<double>>& values, const std::vector<core::Resource>& reached) {
    Story story;
    const auto study = study_of("scheduler: asha, min: 1, max: 3, eta: 3");
    const core::StampedFact created{{}, core::StudyCreated{study, "", "", "", ""}};
    EXPECT_TRUE(core::apply(story.state, created).ok());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const core::TrialProposed proposed{core::TrialId(i), {{"x", 0.5}, {"y", 0.5}}, 0, 1, 0};
        EXPECT_TRUE(core::apply(story.state, {{}, proposed}).ok());
        story.state.trials[i].reached = reached[i];
        story.curves.push_back({.values = values[i], .seconds = {}, .distance = 0});
    }
    return story;
}

TEST(dropped, the_best_of_a_rung_that_all_went_on_are_no_mistake) {
    const Story s = story({{1, 1, 1}, {2, 2, 2}, {3, 3, 3}}, {3, 1, 1});
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 0u);
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).share, 0);
}

TEST(dropped, a_trial_that_went_on_in_place_of_a_better_one_is_one_mistake) {
    const Story s = story({{1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}}, {3, 1, 3, 1});
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 1u);
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).share, 0.5);
}

TEST(dropped, values_are_compared_at_the_rung_even_of_trials_that_never_got_there) {
    // At 1 the first was right to go on; but of the two that were to reach 3, the one that was lost at 2 is
    // better.
    const Story s = story({{1, 5, 5}, {2, 1, 1}, {3, 9, 9}}, {3, 2, 1});
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 1u);
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).share, 0.5);  // 0 of 2 at the first rung, 1 of 1 at the top
}

TEST(dropped, which_of_two_equal_trials_goes_on_is_no_mistake) {
    const Story s = story({{1, 1, 1}, {1, 1, 1}, {3, 3, 3}}, {1, 3, 1});
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 0u);
}

TEST(dropped, what_is_no_number_is_worst) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Story s = story({{nan, nan, nan}, {2, 2, 2}, {3, 3, 3}}, {1, 3, 1});
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 0u);
    EXPECT_EQ(regret(s.state, s.curves, core::TrialId(1)), 0);
    EXPECT_EQ(regret(s.state, s.curves, core::TrialId(2)), 1);
    EXPECT_EQ(regret(s.state, s.curves, core::TrialId(0)), std::nullopt);
}

TEST(dropped, at_the_top_as_many_are_wanted_as_eta_would_let_go_on) {
    // Nine are promoted to the top rung of eta 3, of whom three are wanted: the second best is lost on the
    // way.
    std::vector<std::vector<double>> values;
    std::vector<core::Resource> reached;
    for (int i = 0; i < 9; ++i) {
        values.push_back({1.0 * i, 1.0 * i, 1.0 * i});
        reached.push_back(i == 1 ? 2 : 3);
    }
    for (int i = 9; i < 27; ++i) {
        values.push_back({1.0 * i, 1.0 * i, 1.0 * i});
        reached.push_back(1);
    }
    const Story s = story(values, reached);
    EXPECT_EQ(wrongly_dropped(s.state, s.curves).trials, 1u);
    EXPECT_NEAR(wrongly_dropped(s.state, s.curves).share, 1.0 / 6, 1e-12);  // none of 9, then 1 of 3
}

TEST(dropped, chances_are_counted_beside_what_trials_would_have_shown) {
    // At the rung at 1 the best of three goes on.
    const Story s = story({{1, 1, 1}, {2, 2, 2}, {3, 3, 3}}, {3, 1, 0});
    const Calibration truth = calibration(s.state, s.curves,
                                          {{core::TrialId(0), 1, 0.95, false},
                                           {core::TrialId(1), 1, 0.95, false},
                                           {core::TrialId(2), 1, 0.005, true},
                                           {core::TrialId(2), 2, 0.5, true}});  // no rung is at 2
    std::size_t verdicts = 0;
    for (const ChanceBin& bin : truth.bins()) verdicts += bin.verdicts;
    EXPECT_EQ(verdicts, 3u);
    const ChanceBin& high = truth.bins().back();
    EXPECT_EQ(high.verdicts, 2u);
    EXPECT_EQ(high.survived, 1u);
    EXPECT_EQ(high.stopped, 0u);
    const ChanceBin& low = truth.bins()[1];
    EXPECT_EQ(low.stopped, 1u);
    EXPECT_EQ(low.stopped_survived, 0u);
    EXPECT_EQ(low.stopped_chances, 0.005);
}

}  // namespace
}  // namespace quench::orchestrator::simulate

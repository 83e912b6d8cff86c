#include "search/sampler/model/history.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using testing::ElementsAre;

class HistoryTest : public testing::Test {
  protected:
    static History history_of(std::size_t fewest) {
        const auto space = space::Space::make({{"x", space::FloatDomain{}, {}}}).value();
        return {space::Encoding(space), {.fewest = fewest, .share = 0.5}};
    }
    History history = history_of(2);

    void propose(std::uint64_t trial) {
        history.tell(Proposed{TrialId(trial), {{"x", std::fmod(0.1 * static_cast<double>(trial), 1)}}, 0, 9});
    }
    void report(std::uint64_t trial, Resource step, double value) {
        history.tell(Reported{TrialId(trial), step, value});
    }
    void end(std::uint64_t trial, Ending how) { history.tell(Ended{TrialId(trial), how}); }

    static std::vector<std::size_t> records(const Evidence& evidence) {
        std::vector<std::size_t> indices;
        for (const auto& value : evidence.values) indices.push_back(value.record);
        return indices;
    }
};

TEST_F(HistoryTest, completed_trials_are_ranked_and_running_ones_are_pending) {
    for (std::uint64_t trial = 0; trial < 5; ++trial) propose(trial);
    report(0, 1, 3.0);
    end(0, Ending::completed);
    report(1, 1, 2.0);
    end(1, Ending::completed);
    end(2, Ending::diverged);
    end(3, Ending::infeasible);
    const auto evidence = history.evidence();
    EXPECT_THAT(records(evidence), ElementsAre(1, 0));
    EXPECT_THAT(evidence.broken, ElementsAre(2, 3));
    EXPECT_THAT(evidence.pending, ElementsAre(4));
    EXPECT_TRUE(evidence.dropped.empty());
}

TEST_F(HistoryTest, the_level_is_the_largest_that_enough_trials_came_to) {
    for (const std::size_t fewest : {2, 3}) {
        history = history_of(fewest);
        for (std::uint64_t trial = 0; trial < 4; ++trial) propose(trial);
        for (std::uint64_t trial = 0; trial < 4; ++trial) {
            report(trial, 1, static_cast<double>(trial));
            history.tell(Judged{TrialId(trial), 1, trial < 2 ? Verdict::proceed : Verdict::stop, 3});
        }
        report(0, 3, 0.5);
        report(1, 3, 0.25);
        const auto evidence = history.evidence();
        if (fewest == 2) {
            EXPECT_THAT(records(evidence), ElementsAre(1, 0));  // at step 3
            EXPECT_THAT(evidence.dropped, ElementsAre(3));  // the worst half of step 1, without its median
        } else {
            EXPECT_THAT(records(evidence), ElementsAre(0, 1, 2, 3));  // at step 1
        }
    }
}

TEST_F(HistoryTest, the_first_report_of_a_step_counts_and_unknown_trials_are_ignored) {
    propose(0);
    report(0, 2, 1.0);
    report(0, 2, 5.0);
    report(0, 1, 7.0);
    report(8, 2, 0.0);
    history.tell(Proposed{TrialId(0), {{"x", 0.9}}, 0, 9});
    history.tell(Proposed{TrialId(1), {{"y", 0.9}}, 0, 9});
    ASSERT_EQ(history.records().size(), 1u);
    EXPECT_EQ(history.records()[0].reports.size(), 1u);
    EXPECT_EQ(history.evidence().values[0].value, 1.0);
}

TEST_F(HistoryTest, a_long_study_is_forgotten_but_for_the_best_the_running_and_the_newest) {
    constexpr std::uint64_t trials = 3 * History::most_records;
    propose(0);  // runs for ever
    for (std::uint64_t trial = 1; trial < trials; ++trial) {
        propose(trial);
        ASSERT_LE(history.records().size(), History::most_records);
        report(trial, 1, trial == 7 ? -1 : std::fmod(0.618 * static_cast<double>(trial), 1));
        end(trial, Ending::completed);
    }
    EXPECT_EQ(history.known(), trials - 1);
    const auto evidence = history.evidence();
    EXPECT_EQ(history.records()[evidence.values.front().record].trial, TrialId(7));
    ASSERT_EQ(evidence.pending.size(), 1u);
    EXPECT_EQ(history.records()[evidence.pending[0]].trial, TrialId(0));
    EXPECT_EQ(history.records().back().trial, TrialId(trials - 1));
    report(1, 2, -5);  // forgotten long ago: not heard
    EXPECT_EQ(history.evidence().values.front().value, -1);
}

}  // namespace
}  // namespace quench::search::sampler

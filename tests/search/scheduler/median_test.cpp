#include "search/scheduler/median.hpp"

#include "base/random.hpp"
#include "tests/search/scheduler/simulation.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

MedianStopping::Options options_of(Resource min, Resource max, std::size_t others = 3) {
    MedianStopping::Options options;
    options.min = min;
    options.max = max;
    options.unit = "epoch";
    options.others = others;
    return options;
}

void train(MedianStopping& median, std::uint64_t trial, const std::vector<double>& values) {
    median.tell(Proposed{TrialId(trial), {}, 0, 9});
    for (std::size_t i = 0; i < values.size(); ++i)
        median.tell(Reported{TrialId(trial), static_cast<Resource>(i + 1), values[i]});
}

TEST(median, a_trial_stops_when_its_best_is_worse_than_the_median_of_the_averages) {
    MedianStopping median(options_of(1, 9));
    train(median, 0, {4, 2});  // averages at 2: 3
    train(median, 1, {6, 4});  // 5
    train(median, 2, {8, 6});  // 7
    train(median, 3, {4.5, 5.5});
    EXPECT_TRUE(median.judgements_due().empty());  // its best, 4.5, is below 5
    median.tell(Proposed{TrialId(4), {}, 0, 9});
    median.tell(Reported{TrialId(4), 1, 5.25});  // the median of 4, 4.5, 6, 8
    EXPECT_TRUE(median.judgements_due().empty());
    median.tell(Reported{TrialId(4), 2, 5.5});  // best 5.25; averages 3, 5, 5, 7
    ASSERT_EQ(median.judgements_due().size(), 1u);
    const Judgement stop = median.judgements_due()[0];
    EXPECT_EQ(stop.trial, TrialId(4));
    EXPECT_EQ(stop.step, 2);
    EXPECT_EQ(stop.threshold, 5);
    EXPECT_EQ(stop.reason, "its best value is worse than the median of the averages of 4 others at 2 epochs");
}

TEST(median, nobody_stops_before_the_minimum_or_by_the_word_of_a_few) {
    MedianStopping early(options_of(3, 9, 1));
    train(early, 0, {1, 1, 1});
    train(early, 1, {9, 9});
    EXPECT_TRUE(early.judgements_due().empty());
    early.tell(Reported{TrialId(1), 3, 9});
    EXPECT_EQ(early.judgements_due().size(), 1u);
    MedianStopping few(options_of(1, 9, 3));
    train(few, 0, {1});
    train(few, 1, {1});
    train(few, 2, {9});
    EXPECT_TRUE(few.judgements_due().empty());
    train(few, 3, {9});
    EXPECT_EQ(few.judgements_due().size(), 1u);
}

TEST(median, a_trial_that_failed_counts_at_the_next_step_of_the_others) {
    MedianStopping median(options_of(1, 9, 3));
    train(median, 0, {1, 1});
    train(median, 1, {1});
    train(median, 2, {1});
    median.tell(Ended{TrialId(1), Ending::diverged});
    median.tell(Ended{TrialId(2), Ending::failed});
    train(median, 3, {1, 100});  // at 2: averages 1, inf, inf; the median stops nobody
    EXPECT_TRUE(median.judgements_due().empty());
}

TEST(median, what_is_trained_to_the_maximum_stops_there) {
    MedianStopping median(options_of(1, 2));
    train(median, 0, {3, 2});
    ASSERT_EQ(median.judgements_due().size(), 1u);
    EXPECT_EQ(median.judgements_due()[0].reason, "trained to max (2 epochs)");
    EXPECT_EQ(median.rungs()[0].best, 2);
}

/// Against a slow reading of the rule.
TEST(median, decides_as_the_rule_written_out) {
    base::Rng rng(9, "curves");
    MedianStopping median(options_of(2, 12, 4));
    std::vector<std::vector<double>> curves;
    std::size_t stopped = 0;
    for (std::uint64_t trial = 0; trial < 120; ++trial) {
        median.tell(Proposed{TrialId(trial), {}, 0, 12});
        auto& curve = curves.emplace_back();
        const double level = rng.uniform();
        for (Resource step = 1; step < 12; ++step) {
            curve.push_back(level + rng.uniform());
            median.tell(Reported{TrialId(trial), step, curve.back()});
            std::vector<double> averages;
            for (std::size_t other = 0; other + 1 < curves.size(); ++other) {
                if (curves[other].size() < curve.size()) continue;
                double sum = 0;
                for (std::size_t i = 0; i < curve.size(); ++i) sum += curves[other][i];
                averages.push_back(sum / static_cast<double>(curve.size()));
            }
            std::sort(averages.begin(), averages.end());
            const std::size_t n = averages.size();
            const bool stops =
                step >= 2 && n >= 4 &&
                *std::min_element(curve.begin(), curve.end()) > (averages[(n - 1) / 2] + averages[n / 2]) / 2;
            ASSERT_EQ(!median.judgements_due().empty(), stops) << "trial " << trial << " step " << step;
            if (!stops) continue;
            median.tell(Judged{TrialId(trial), step, Verdict::stop, 0});
            median.tell(Ended{TrialId(trial), Ending::stopped});
            ++stopped;
            break;
        }
    }
    EXPECT_GT(stopped, 20u);
    EXPECT_LT(stopped, 100u);
}

}  // namespace
}  // namespace quench::search::scheduler

#include "search/scheduler/forecast_contest.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

/// A verdict by the last value that trial `i` goes on; its forecast of step 8, and the predictor's.
Judged promised(std::uint64_t i, double last, double model) {
    Judged judged{TrialId(i), 4, Verdict::proceed, 8, last, Evidence{}};
    judged.evidence->target = 8;
    judged.evidence->predictor = "last";
    judged.evidence->rival = "svr";
    judged.evidence->rival_forecast = model;
    return judged;
}

TEST(forecast_contest, a_predictor_leads_once_it_was_nearer_twelve_times) {
    ForecastContest contest;
    for (std::uint64_t i = 0; i < 12; ++i) {
        EXPECT_FALSE(contest.predictor_leads()) << i;
        contest.promise(promised(i, 2, 1.1));
        contest.report(TrialId(i), 7, 1);
        contest.report(TrialId(i), 8, 1);
    }
    EXPECT_TRUE(contest.predictor_leads());
}

TEST(forecast_contest, to_be_nearer_a_little_more_often_than_not_is_chance) {
    ForecastContest contest;
    for (std::uint64_t i = 0; i < 100; ++i) {
        const bool nearer = i % 10 < 6;  // 60 of 100; two standard deviations are 10
        contest.promise(promised(i, 2, nearer ? 1.1 : 3));
        contest.report(TrialId(i), 8, 1);
    }
    EXPECT_FALSE(contest.predictor_leads());
}

TEST(forecast_contest, who_decided_does_not_change_who_was_nearer) {
    ForecastContest contest;
    for (std::uint64_t i = 0; i < 12; ++i) {
        Judged judged = promised(i, 1.1, 2);  // the predictor's 1.1 decided, 2 is the last value's
        judged.evidence->predictor = "svr";
        judged.evidence->rival = "last";
        contest.promise(judged);
        contest.report(TrialId(i), 8, 1);
    }
    EXPECT_TRUE(contest.predictor_leads());
}

TEST(forecast_contest, what_never_came_to_its_step_and_what_was_stopped_does_not_count) {
    ForecastContest contest;
    for (std::uint64_t i = 0; i < 30; ++i) {
        Judged judged = promised(i, 2, 1.1);
        if (i % 2 == 0) judged.verdict = Verdict::stop;
        contest.promise(judged);
        if (i % 2 == 1) contest.forget(TrialId(i));
        contest.report(TrialId(i), 8, 1);
    }
    EXPECT_FALSE(contest.predictor_leads());
}

}  // namespace
}  // namespace quench::search::scheduler

#include "search/scheduler/survival.hpp"

#include "base/random.hpp"
#include "predictor/catalogue.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

/// `count` contenders with values 1, 2, ... at point 4, of whom `places` go on at point 8.
SurvivalQuestion question_of(std::size_t count, std::size_t places) {
    SurvivalQuestion question;
    question.places = places;
    question.bearable = 0.02;
    question.target = 8;
    question.question = {4, 8};
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<double>(i + 1);
        question.contenders.push_back({TrialId(i), {.parameters = {}, .values = {9, 9, 9, value}}});
    }
    return question;
}

/// Movements between values as those of the contenders, disturbed by N(0, sigma).
std::vector<Movement> moved(double sigma, std::size_t count = 40) {
    base::Rng rng(5, "moved");
    std::vector<Movement> all;
    for (std::size_t i = 0; i < count; ++i) {
        const double now = 12.0 * rng.uniform();
        all.push_back({now, 0.5 * (now + sigma * rng.normal())});
    }
    return all;
}

std::size_t stopped(const SurvivalWork& work) {
    std::size_t count = 0;
    for (const Survival& one : work.outcome())
        if (one.stops) ++count;
    return count;
}

TEST(survival, with_quiet_curves_all_but_the_places_stop) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    const SurvivalWork work(question);
    EXPECT_FALSE(work.done());
    EXPECT_EQ(stopped(work), 7u);
    EXPECT_TRUE(work.done());
    for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(work.outcome()[i].stops);
    EXPECT_NEAR(*work.threshold(), 1.5, 0.1) << "half of the third best, as the others moved";
    EXPECT_EQ(work.outcome()[9].evidence->predictor, "last");
    EXPECT_EQ(work.outcome()[9].evidence->target, 8);
}

TEST(survival, the_wilder_the_curves_the_fewer_stop) {
    std::size_t before = 10;
    for (const double sigma : {0.01, 1.0, 4.0, 100.0}) {
        auto question = question_of(10, 3);
        question.movements = moved(sigma);
        const std::size_t now = stopped(SurvivalWork(question));
        EXPECT_LE(now, before) << sigma;
        before = now;
    }
    EXPECT_EQ(before, 0u);
}

TEST(survival, of_those_behind_the_best_stop_all_whose_chance_is_bearable_and_nobody_else) {
    std::size_t before = 0;
    for (const double bearable : {0.0, 0.05, 0.2, 1.0}) {
        auto question = question_of(12, 4);
        question.movements = moved(2);
        question.bearable = bearable;
        const SurvivalWork work(question);
        for (std::size_t i = 0; i < 12; ++i) {
            const Survival& one = work.outcome()[i];
            EXPECT_EQ(one.stops, i >= 4 && *one.evidence->chance <= bearable) << i << " of " << bearable;
        }
        EXPECT_GE(stopped(work), before);
        before = stopped(work);
    }
    EXPECT_EQ(before, 8u);
}

TEST(survival, without_enough_curves_or_with_curves_that_say_nothing_nobody_stops) {
    auto few = question_of(10, 3);
    few.movements = moved(0.01, SurvivalWork::enough - 1);
    EXPECT_EQ(stopped(SurvivalWork(few)), 0u);
    auto constant = question_of(10, 3);
    constant.movements.assign(40, {1, 1});
    const SurvivalWork work(constant);
    EXPECT_EQ(stopped(work), 0u);
    for (const Survival& one : work.outcome()) EXPECT_FALSE(one.evidence);
}

TEST(survival, how_wildly_curves_moved_at_earlier_stages_counts_beside_how_quietly_they_do_now) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    const double quiet = *SurvivalWork(question).outcome()[9].evidence->chance;
    question.earlier.push_back(moved(20));
    const double wild = *SurvivalWork(question).outcome()[9].evidence->chance;
    EXPECT_LT(quiet, 0.02);
    EXPECT_GT(wild, 0.05);
}

TEST(survival, a_predictor_that_does_not_lead_is_asked_and_decides_nothing) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    const auto alone = SurvivalWork(question).outcome();
    question.predictor = std::move(predictor::make_predictor("svr", {{"parameters", "false"}})).value();
    for (const Movement& movement : question.movements)
        question.curves.push_back(
            {.parameters = {}, .values = {9, 9, 9, movement.now, 8, 8, 8, movement.then}});
    const SurvivalWork asked(question);
    for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(asked.outcome()[i].stops, alone[i].stops);
        EXPECT_EQ(asked.outcome()[i].evidence->predictor, "last");
        EXPECT_EQ(asked.outcome()[i].evidence->rival, "svr");
        EXPECT_TRUE(asked.outcome()[i].evidence->rival_forecast);
    }
    question.predictor_leads = true;
    const SurvivalWork led(question);
    EXPECT_EQ(led.outcome()[0].evidence->predictor, "svr");
    EXPECT_EQ(led.outcome()[0].evidence->rival, "last");
}

TEST(survival, a_predictor_that_is_annealed_says_how_near_its_energy_came) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    for (const Movement& movement : question.movements)
        question.curves.push_back(
            {.parameters = {}, .values = {9, 9, 9, movement.now, 8, 8, 8, movement.then}});
    question.predictor =
        std::move(predictor::make_predictor("qsvr", {{"reads", "32"}, {"sweeps", "50"}})).value();
    const SurvivalWork annealed(question);
    const auto& evidence = *annealed.outcome()[0].evidence;
    EXPECT_EQ(evidence.predictor, "last");
    EXPECT_GE(evidence.energy_gap.value(), 0);
    EXPECT_GT(evidence.random_energy_gap.value(), evidence.energy_gap.value());
    question.predictor = std::move(predictor::make_predictor("svr", {{"parameters", "false"}})).value();
    const SurvivalWork solved(question);
    EXPECT_EQ(solved.outcome()[0].evidence->rival, "svr");
    EXPECT_FALSE(solved.outcome()[0].evidence->energy_gap);
}

TEST(survival, a_predictor_that_fails_leaves_the_last_value) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    question.predictor_leads = true;
    question.predictor =
        std::move(predictor::make_predictor("qsvr", {{"command", "/bin/false"}, {"parameters", "false"}}))
            .value();
    for (const Movement& movement : question.movements)
        question.curves.push_back(
            {.parameters = {}, .values = {9, 9, 9, movement.now, 8, 8, 8, movement.then}});
    const SurvivalWork work(question);
    EXPECT_EQ(stopped(work), 7u);
    EXPECT_EQ(work.outcome()[0].evidence->predictor, "last");
    const Judgement judged =
        judgement_of(work, 9, {.trial = TrialId(9), .stops = true, .at = 4, .next = 6, .unit = "epoch"});
    EXPECT_NE(judged.reason.find("; qsvr gave no forecast: "), std::string::npos) << judged.reason;
}

/// Values of any kind: nothing breaks, the best are never stopped, and never fewer than the places stay.
TEST(survival, random_questions_keep_the_invariants) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        base::Rng rng(seed, "random question");
        const auto value = [&] {
            const double size = std::pow(10.0, 12 * rng.uniform() - 6) * (rng.below(4) == 0 ? 0 : 1);
            return rng.below(30) == 0 ? std::numeric_limits<double>::max() : size * rng.normal();
        };
        const std::size_t count = 1 + rng.below(20);
        auto question = question_of(count, 1 + rng.below(count + 2));
        for (auto& contender : question.contenders) contender.curve.values.back() = value();
        question.bearable = rng.uniform();
        for (std::size_t i = rng.below(30); i > 0; --i) question.movements.push_back({value(), value()});
        for (std::size_t stage = rng.below(3); stage > 0; --stage) {
            question.earlier.emplace_back();
            for (std::size_t i = rng.below(30); i > 0; --i)
                question.earlier.back().push_back({value(), value()});
        }
        const SurvivalWork work(question);
        ASSERT_EQ(work.outcome().size(), count);
        EXPECT_GE(count - stopped(work), std::min(count, question.places)) << seed;
        std::size_t best = 0;
        for (std::size_t i = 1; i < count; ++i)
            if (question.contenders[i].curve.values.back() < question.contenders[best].curve.values.back())
                best = i;
        EXPECT_FALSE(work.outcome()[best].stops) << seed;
        for (const Survival& one : work.outcome()) {
            if (!one.evidence) continue;
            EXPECT_GE(one.evidence->chance, 0);
            EXPECT_LE(one.evidence->chance, 1);
        }
    }
}

TEST(survival, before_the_first_point_of_a_curve_nothing_is_known) {
    auto question = question_of(10, 3);
    for (auto& contender : question.contenders) contender.curve.values.clear();
    question.question.known = 0;
    const SurvivalWork work(question);
    EXPECT_EQ(stopped(work), 0u);
    EXPECT_TRUE(work.done());
}

TEST(survival, disturbances_of_earlier_stages_shrink_less_than_the_values_have_drawn_together) {
    // The contenders lie between 1 and 10; at the earlier stage values lay a hundred times as far apart, and
    // so did their disturbances.
    auto near = question_of(10, 3);
    near.earlier.push_back(moved(1));
    auto far = question_of(10, 3);
    far.earlier.push_back(moved(1));
    for (Movement& movement : far.earlier.front()) {
        movement.now *= 100;
        movement.then *= 100;
    }
    // Shrunk like the values, disturbances of 1 would leave the last of ten no chance to be among three; not
    // shrunk at all, those of 100 would leave all ten about the same.
    const double as_near = *SurvivalWork(near).outcome()[9].evidence->chance;
    const double from_far = *SurvivalWork(far).outcome()[9].evidence->chance;
    EXPECT_LT(as_near, 0.02);
    EXPECT_GT(from_far, 0.05);
    EXPECT_LT(from_far, 0.25);
    EXPECT_FALSE(SurvivalWork(near).outcome()[9].evidence->deviation) << "no trend to the target is known";
}

TEST(survival, a_verdict_says_what_it_rests_on_and_audits_are_drawn_by_trial_and_target) {
    auto question = question_of(10, 3);
    question.movements = moved(0.01);
    const SurvivalWork work(question);
    const Judgement stop = judgement_of(
        work, 9, {.trial = TrialId(9), .stops = true, .at = 4, .next = 6, .unit = "epoch", .audit = 0});
    EXPECT_EQ(stop.verdict, Verdict::stop);
    EXPECT_EQ(stop.reason, "rank 10 of 10 at 4 epochs: a chance of 1.2 % to be among the best 3 at 8");
    const Judgement audit = judgement_of(
        work, 9, {.trial = TrialId(9), .stops = true, .at = 4, .next = 6, .unit = "epoch", .audit = 1});
    EXPECT_EQ(audit.verdict, Verdict::proceed);
    EXPECT_EQ(audit.to, 6);
    EXPECT_TRUE(audit.evidence->audited);
    const Judgement best = judgement_of(
        work, 0, {.trial = TrialId(0), .stops = false, .at = 4, .next = 6, .unit = "epoch", .audit = 1});
    EXPECT_EQ(best.verdict, Verdict::proceed);
    EXPECT_FALSE(best.evidence->audited);
    std::size_t audited = 0;
    for (std::uint64_t trial = 0; trial < 4000; ++trial) {
        const Decision decision{
            .trial = TrialId(trial), .stops = true, .at = 4, .next = 6, .unit = "epoch", .audit = 0.05};
        const Judgement judgement = judgement_of(work, 9, decision);
        EXPECT_EQ(judgement, judgement_of(work, 9, decision));
        if (judgement.evidence->audited) ++audited;
    }
    EXPECT_NEAR(static_cast<double>(audited), 200, 56);  // four standard deviations of 4000 draws of 0.05
}

}  // namespace
}  // namespace quench::search::scheduler

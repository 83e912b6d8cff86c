#include "search/scheduler/swift_hyperband.hpp"

#include "base/random.hpp"
#include "search/scheduler/hyperband.hpp"
#include "tests/search/scheduler/simulation.hpp"
#include "tests/search/scheduler/training.hpp"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

SwiftHyperband::Options options_of(Resource max, Resource eta = 2) {
    SwiftHyperband::Options options;
    options.plan = hyperband_plan(1, max, eta);
    options.eta = eta;
    options.unit = "epoch";
    return options;
}

TEST(swift_hyperband, finds_what_hyperband_finds_on_smooth_curves_for_a_quarter_less) {
    Hyperband hyperband({hyperband_plan(1, 100, 2), 2, "epoch"});
    SwiftHyperband swift(options_of(100));
    std::vector<double> theirs;
    std::vector<double> ours;
    EXPECT_EQ(train(hyperband, 100, power_law, theirs), 3213);
    EXPECT_LT(train(swift, 100, power_law, ours), 2410);
    EXPECT_EQ(*std::min_element(ours.begin(), ours.end()), *std::min_element(theirs.begin(), theirs.end()));
}

TEST(swift_hyperband, with_curves_that_say_nothing_it_is_hyperband) {
    const auto constant = [](std::uint64_t, Resource) { return 1.0; };
    // The same at every step before, so that no value tells of the next.
    const auto chance = [](std::uint64_t trial, Resource step) {
        return base::Rng(trial, "white noise", static_cast<std::uint64_t>(step)).uniform();
    };
    std::vector<double> at_max;
    SwiftHyperband flat(options_of(100));
    EXPECT_EQ(train(flat, 100, constant, at_max), 3213);
    SwiftHyperband noise(options_of(100));
    EXPECT_GT(train(noise, 100, chance, at_max), 3213 * 9 / 10);
}

TEST(swift_hyperband, chances_are_borne_in_proportion_to_the_resource_that_a_stop_saves_and_to_the_risk) {
    // Four brackets alike: 16 trials to 16, 8 of them to 80, 4 to 160. A bracket costs 256 + 512 + 320.
    SwiftHyperband::Options options;
    for (int s = 5; s > 1; --s) options.plan.push_back({.s = s, .trials = 16, .rounds = {16, 80, 160}});
    const std::map<Resource, double> places = {{16, 8}, {80, 4}, {160, 2}};
    const auto noisy = [](std::uint64_t trial, Resource step) {
        base::Rng rng(trial, "noise", static_cast<std::uint64_t>(step));
        return power_law(trial, step) + 0.1 * rng.normal();
    };
    std::size_t before = 0;
    for (const double risk : {0.005, 0.05}) {
        options.risk = risk;
        SwiftHyperband swift(options);
        std::size_t stopped = 0;
        std::vector<double> at_max;
        train(swift, 160, noisy, at_max, [&](const Judgement& judgement) {
            if (judgement.verdict != Verdict::stop || !judgement.evidence) return;
            const Resource target = judgement.evidence->target;
            const auto saved = static_cast<double>(target - judgement.step);
            EXPECT_LE(*judgement.evidence->chance,
                      8.2 * risk * places.at(target) * saved / (1088 / 3.0) + 1e-12);
            ++stopped;
        });
        EXPECT_GT(stopped, before);
        before = stopped;
    }
}

TEST(swift_hyperband, without_risk_it_is_hyperband) {
    auto options = options_of(100);
    options.decisions.clear();
    SwiftHyperband swift(std::move(options));
    std::vector<double> at_max;
    EXPECT_EQ(train(swift, 100, power_law, at_max), 3213);
}

TEST(swift_hyperband, a_trial_that_nobody_can_push_out_goes_on_before_the_others_have_come) {
    auto options = options_of(4);
    options.plan = {{.s = 1, .trials = 4, .rounds = {2, 4}}};
    options.decisions.clear();
    SwiftHyperband swift(options);
    for (std::uint64_t i = 0; i < 4; ++i) swift.tell(Proposed{TrialId(i), {}, 1, 2});
    swift.tell(Reported{TrialId(0), 2, 0.1});
    swift.tell(Reported{TrialId(1), 2, 0.4});
    EXPECT_TRUE(swift.judgements_due().empty());
    swift.tell(Reported{TrialId(2), 2, 0.3});
    const auto due = swift.judgements_due();
    ASSERT_EQ(due.size(), 1u) << "one is to come and two go on: the first is certain";
    EXPECT_EQ(due[0].trial, TrialId(0));
    EXPECT_EQ(due[0].verdict, Verdict::proceed);
    swift.tell(Judged{TrialId(0), 2, Verdict::proceed, 4});
    swift.tell(Reported{TrialId(3), 2, 0.2});
    for (const Judgement& judgement : swift.judgements_due())
        EXPECT_EQ(judgement.verdict, judgement.trial == TrialId(3) ? Verdict::proceed : Verdict::stop);
}

TEST(swift_hyperband, many_workers_spend_no_more_than_hyperband_and_come_to_their_end) {
    for (const std::size_t workers : {1, 8, 64}) {
        SwiftHyperband swift(options_of(100));
        SimulationOptions options;
        options.seed = workers;
        options.max = 100;
        options.workers = workers;
        options.failure_rate = 0.02;
        Simulation study(swift, options);
        study.run();
        EXPECT_EQ(study.trials, 163u);
        EXPECT_LT(study.spent, 3213);
    }
}

/// How often trials are started, new or to go on, on power laws.
std::size_t starts_of(
    SwiftHyperband::Options options, std::vector<double>& at_max,
    const std::function<void(const Judgement&)>& on_verdict = [](const Judgement&) {}) {
    SwiftHyperband swift(std::move(options));
    std::size_t starts = 163;
    train(swift, 100, power_law, at_max, [&](const Judgement& judgement) {
        if (judgement.verdict == Verdict::proceed) ++starts;
        on_verdict(judgement);
    });
    return starts;
}

TEST(swift_hyperband, nobody_is_halted_where_nothing_is_to_be_decided) {
    std::vector<double> at_max;
    std::size_t to_the_maximum = 0;
    starts_of(options_of(100), at_max, [&](const Judgement& judgement) {
        if (judgement.verdict != Verdict::proceed) return;
        // The first bracket's last round has one trial, from 50 to 100.
        if (judgement.trial.value() < 64 && judgement.step >= 50) {
            EXPECT_EQ(judgement.to, 100);
            ++to_the_maximum;
        }
    });
    EXPECT_EQ(to_the_maximum, 1u);
}

TEST(swift_hyperband, where_starts_cost_much_fewer_are_made_and_the_best_stays) {
    std::vector<double> freely, sparingly;
    auto options = options_of(100);
    const std::size_t before = starts_of(options, freely);
    options.start_cost = 3;
    const std::size_t after = starts_of(options, sparingly);
    EXPECT_LT(after, before / 2);
    EXPECT_EQ(*std::min_element(sparingly.begin(), sparingly.end()),
              *std::min_element(freely.begin(), freely.end()));
}

TEST(swift_hyperband, what_would_stop_runs_on_where_it_is_audited) {
    auto options = options_of(100);
    options.audit = 1;
    SwiftHyperband all(options);
    std::vector<double> at_max;
    std::size_t audited = 0;
    EXPECT_EQ(train(all, 100, power_law, at_max,
                    [&](const Judgement& judgement) {
                        if (!judgement.evidence || !judgement.evidence->audited) return;
                        ++audited;
                        EXPECT_EQ(judgement.verdict, Verdict::proceed);
                        EXPECT_NE(judgement.reason.find("audit"), std::string::npos);
                    }),
              3213);
    EXPECT_GT(audited, 100u);
}

TEST(swift_hyperband, an_audit_of_a_share_lets_about_so_many_trials_run_on_to_the_end_of_their_round) {
    auto options = options_of(100);
    options.audit = 0.25;
    SwiftHyperband swift(options);
    std::set<std::pair<TrialId, Resource>> audited;
    std::set<std::pair<TrialId, Resource>> stopped;
    std::vector<double> at_max;
    train(swift, 100, power_law, at_max, [&](const Judgement& judgement) {
        if (!judgement.evidence) return;
        const std::pair round{judgement.trial, judgement.evidence->target};
        if (judgement.evidence->audited) audited.insert(round);
        if (judgement.verdict == Verdict::stop) stopped.insert(round);
    });
    for (const auto& round : audited) EXPECT_FALSE(stopped.contains(round));
    const auto both = static_cast<double>(audited.size() + stopped.size());
    // Four standard deviations of that many draws.
    EXPECT_NEAR(static_cast<double>(audited.size()) / both, 0.25, 4 * std::sqrt(0.25 * 0.75 / both));
}

TEST(swift_hyperband, a_maximum_of_many_steps_is_decided_at_points_of_curves_that_exist) {
    // 10,000 steps are seen at every third: the first decision points lie before any.
    const auto value = [](std::uint64_t trial, Resource step) { return power_law(trial, step); };
    SwiftHyperband::Options options;
    options.plan = {{.s = 2, .trials = 4, .rounds = {2, 10, 20}}, {.s = 0, .trials = 1, .rounds = {10'000}}};
    std::swap(options.plan[0], options.plan[1]);
    SwiftHyperband swift(options);
    std::vector<double> at_max;
    EXPECT_GT(train(swift, 10'000, value, at_max), 10'000);
}

}  // namespace
}  // namespace quench::search::scheduler

#include "search/scheduler/swift_hyperband.hpp"

#include "base/random.hpp"
#include "search/scheduler/hyperband.hpp"
#include "tests/search/scheduler/simulation.hpp"

#include <cmath>
#include <limits>

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

/// One worker; trial i shows `value(i, step)` after each step. Returns the resource spent; `at_max` collects
/// who was trained to the maximum.
template <class Value>
Resource train(Scheduler& scheduler, Resource max, const Value& value, std::vector<double>& at_max) {
    struct Running {
        TrialId trial;
        Resource to = 0;
    };
    std::vector<Resource> reached;
    std::deque<Running> queue;
    Resource spent = 0;
    const auto drain = [&] {
        for (auto due = scheduler.judgements_due(); !due.empty(); due = scheduler.judgements_due())
            for (const Judgement& j : due) {
                scheduler.tell(Judged{j.trial, j.step, j.verdict, j.to, j.forecast, j.evidence});
                if (j.verdict == Verdict::proceed) queue.push_back({j.trial, j.to});
                if (j.verdict == Verdict::stop)
                    scheduler.tell(Ended{j.trial, j.step == max ? Ending::completed : Ending::stopped});
            }
    };
    for (;;) {
        if (queue.empty()) {
            const Job job = scheduler.next_job();
            const auto* start = std::get_if<Start>(&job);
            if (start == nullptr) {
                EXPECT_TRUE(std::holds_alternative<Finished>(job));
                return spent;
            }
            const TrialId id(reached.size());
            reached.push_back(0);
            scheduler.tell(Proposed{id, {}, start->bracket, start->to});
            queue.push_back({id, start->to});
        }
        const Running next = queue.front();
        queue.pop_front();
        Resource& step = reached[next.trial.value()];
        while (step < next.to) {
            ++spent;
            ++step;
            if (step == max) at_max.push_back(value(next.trial.value(), step));
            scheduler.tell(Reported{next.trial, step, value(next.trial.value(), step)});
        }
        drain();
    }
}

double power_law(std::uint64_t trial, Resource step) {
    base::Rng rng(9, "power law", trial);
    const double floor = rng.uniform();
    return floor + 0.5 * std::pow(static_cast<double>(step), -0.3 - rng.uniform());
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

}  // namespace
}  // namespace quench::search::scheduler

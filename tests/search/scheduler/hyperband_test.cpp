#include "search/scheduler/hyperband.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

Hyperband::Options options_of(Resource min, Resource max, Resource eta) {
    Hyperband::Options options;
    options.plan = hyperband_plan(min, max, eta);
    options.eta = eta;
    options.unit = "epoch";
    return options;
}

struct Golden {
    Resource max, eta, epochs;
    std::size_t trials;
};
/// They match every published result table of the authors' runs.
constexpr Golden golden[] = {{100, 2, 3213, 163}, {300, 2, 15380, 608}, {35, 2, 872, 84},
                             {50, 2, 1245, 84},   {60, 2, 1514, 84},    {100, 3, 1944, 143},
                             {100, 4, 1395, 98},  {81, 3, 1581, 143},   {27, 3, 357, 49}};

TEST(hyperband, driven_by_workers_it_spends_the_published_totals) {
    for (const Golden& g : golden) {
        for (const std::size_t workers : {1, 2, 7, 64, 1000}) {
            SCOPED_TRACE(testing::Message() << "R " << g.max << " eta " << g.eta << " workers " << workers);
            Hyperband hyperband(options_of(1, g.max, g.eta));
            EXPECT_EQ(hyperband.planned_resource(), g.epochs);
            SimulationOptions options;
            options.seed = workers;
            options.max = g.max;
            options.workers = workers;
            options.random_times = workers > 1;
            options.keep_events = false;
            Simulation study(hyperband, options);
            study.run();
            EXPECT_EQ(study.spent, g.epochs);
            EXPECT_EQ(study.trials, g.trials);
            for (const Rung& rung : hyperband.rungs()) EXPECT_EQ(rung.arrived, rung.planned);
        }
    }
}

TEST(hyperband, the_table_of_100_epochs_and_eta_2_is_the_published_one) {
    using Table = std::map<int, std::vector<std::pair<std::size_t, Resource>>>;
    const Table published{
        {6, {{64, 2}, {32, 3}, {16, 6}, {8, 12}, {4, 25}, {2, 50}, {1, 100}}},
        {5, {{38, 3}, {19, 6}, {9, 12}, {4, 25}, {2, 50}, {1, 100}}},
        {4, {{23, 6}, {11, 12}, {5, 25}, {2, 50}, {1, 100}}},
        {3, {{14, 12}, {7, 25}, {3, 50}, {1, 100}}},
        {2, {{10, 25}, {5, 50}, {2, 100}}},
        {1, {{7, 50}, {3, 100}}},
        {0, {{7, 100}}},
    };
    for (const std::size_t workers : {1, 5}) {
        Hyperband hyperband(options_of(1, 100, 2));
        SimulationOptions options;
        options.max = 100;
        options.workers = workers;
        Simulation study(hyperband, options);
        study.run();
        Table table;
        for (const auto& [where, trials] : study.arrivals)
            table[where.first].push_back({trials, where.second});
        EXPECT_EQ(table, published);
    }
}

TEST(hyperband, targets_are_at_least_min_apart_from_rounding_and_rise_strictly) {
    for (Resource max = 1; max <= 400; ++max)
        for (Resource eta = 2; eta <= 7; ++eta)
            for (Resource min = 1; min <= std::min<Resource>(max, 12); ++min)
                for (const HyperbandBracket& bracket : hyperband_plan(min, max, eta)) {
                    ASSERT_GE(bracket.rounds.front(), min);
                    ASSERT_EQ(bracket.rounds.back(), max);
                    for (std::size_t i = 1; i < bracket.rounds.size(); ++i)
                        ASSERT_LT(bracket.rounds[i - 1], bracket.rounds[i]) << max << " " << eta;
                    const auto sizes = hyperband_sizes(bracket, bracket.trials, eta);
                    std::size_t exact = bracket.trials;
                    for (const std::size_t size : sizes) {
                        ASSERT_EQ(size, exact);  // floors of floors are floors: n_i = floor(n / eta^i)
                        exact /= static_cast<std::size_t>(eta);
                    }
                }
}

TEST(hyperband, min_leaves_out_the_brackets_that_start_below_it) {
    const auto plan = hyperband_plan(5, 100, 2);
    ASSERT_EQ(plan.size(), 5u);
    EXPECT_EQ(plan[0].s, 4);
    EXPECT_EQ(plan[0].rounds, (std::vector<Resource>{6, 12, 25, 50, 100}));
    EXPECT_EQ(plan[0].trials, 16u);
}

TEST(hyperband, powers_of_eta_are_recognised_where_a_floating_logarithm_fails) {
    EXPECT_EQ(hyperband_plan(1, 81, 3).size(), 5u);
    EXPECT_EQ(hyperband_plan(1, 1000, 10).size(), 4u);
    EXPECT_EQ(hyperband_plan(1, 243, 3).size(), 6u);
    EXPECT_EQ(hyperband_plan(1, 1'000'000'000'000, 2).size(), 40u);
}

/// R = 4, eta = 2: bracket 2 starts 4 trials to 1.
TEST(hyperband, a_round_is_judged_at_once_when_its_last_trial_has_a_result) {
    Hyperband hyperband(options_of(1, 4, 2));
    for (std::uint64_t i = 0; i < 4; ++i) {
        EXPECT_EQ(hyperband.next_job(), Job(Start{2, 1}));
        hyperband.tell(Proposed{TrialId(i), {}, 2, 1});
    }
    EXPECT_EQ(hyperband.next_job(), Job(Start{1, 2})) << "no worker idles at the barrier";
    hyperband.tell(Reported{TrialId(0), 1, 0.4});
    hyperband.tell(Reported{TrialId(1), 1, 0.3});
    hyperband.tell(Ended{TrialId(2), Ending::failed});
    EXPECT_TRUE(hyperband.judgements_due().empty());
    hyperband.tell(Reported{TrialId(3), 1, 0.2});
    const auto due = hyperband.judgements_due();
    ASSERT_EQ(due.size(), 3u);
    EXPECT_EQ(due[0].trial, TrialId(3));
    EXPECT_EQ(due[0].verdict, Verdict::proceed);
    EXPECT_EQ(due[0].to, 2);
    EXPECT_EQ(due[0].reason, "rank 1 of 4 at 1 epoch: the best 2 go on to 2");
    EXPECT_EQ(due[0].threshold, 0.3);
    EXPECT_EQ(due[1].trial, TrialId(1));
    EXPECT_EQ(due[2].verdict, Verdict::stop);
    EXPECT_EQ(due[2].reason, "rank 3 of 4 at 1 epoch: only the best 2 go on");
}

/// R = 4, eta = 2, four trials of bracket 2 of which those with values report at 1.
Hyperband first_round(const std::vector<double>& values) {
    Hyperband hyperband(options_of(1, 4, 2));
    for (std::uint64_t i = 0; i < 4; ++i) hyperband.tell(Proposed{TrialId(i), {}, 2, 1});
    for (std::size_t i = 0; i < values.size(); ++i) hyperband.tell(Reported{TrialId(i), 1, values[i]});
    return hyperband;
}

TEST(hyperband, a_survivor_that_ends_before_its_judgement_is_given_takes_it_along) {
    Hyperband hyperband = first_round({0.1, 0.2, 0.3, 0.4});
    hyperband.tell(Ended{TrialId(0), Ending::stopped});
    ASSERT_EQ(hyperband.judgements_due().size(), 3u);
    for (const Judgement& j : hyperband.judgements_due())
        hyperband.tell(Judged{j.trial, j.step, j.verdict, j.to});
    hyperband.tell(Reported{TrialId(1), 2, 0.1});
    ASSERT_EQ(hyperband.judgements_due().size(), 1u);
    EXPECT_EQ(hyperband.judgements_due()[0].to, 4);
}

TEST(hyperband, a_cancelled_trial_keeps_its_place_in_the_size_of_the_round) {
    Hyperband hyperband = first_round({0.1, 0.2, 0.3});
    hyperband.tell(Ended{TrialId(3), Ending::stopped});
    const auto due = hyperband.judgements_due();
    ASSERT_EQ(due.size(), 3u);
    EXPECT_EQ(due[1].verdict, Verdict::proceed);  // 4 / 2, not 3 / 2
    EXPECT_EQ(due[2].verdict, Verdict::stop);
}

TEST(hyperband, a_round_without_survivors_ends_its_bracket) {
    Hyperband hyperband(options_of(1, 2, 2));
    hyperband.tell(Proposed{TrialId(0), {}, 1, 1});
    hyperband.tell(Proposed{TrialId(1), {}, 1, 1});
    hyperband.tell(ProposalsEnded{});
    hyperband.tell(Ended{TrialId(0), Ending::failed});
    EXPECT_TRUE(std::holds_alternative<Wait>(hyperband.next_job()));
    hyperband.tell(Ended{TrialId(1), Ending::infeasible});
    EXPECT_TRUE(std::holds_alternative<Finished>(hyperband.next_job()));
}

TEST(hyperband, a_bracket_shrinks_to_what_was_proposed_and_keeps_its_proportion) {
    Hyperband hyperband(options_of(1, 100, 2));
    SimulationOptions options;
    options.max = 100;
    options.workers = 3;
    options.trials = 21;
    Simulation study(hyperband, options);
    study.run();
    std::vector<std::size_t> arrivals;
    for (const auto& [where, trials] : study.arrivals) arrivals.push_back(trials);
    EXPECT_EQ(arrivals, (std::vector<std::size_t>{21, 10, 5, 2, 1, 1, 1}));
    EXPECT_EQ(hyperband.planned_resource(), study.spent);
}

TEST(hyperband, a_proposal_that_comes_after_the_end_of_proposals_is_stopped_at_its_round) {
    Hyperband hyperband(options_of(1, 4, 2));
    hyperband.tell(ProposalsEnded{});
    hyperband.tell(Proposed{TrialId(0), {}, 2, 1});
    EXPECT_TRUE(std::holds_alternative<Wait>(hyperband.next_job()));
    hyperband.tell(Reported{TrialId(0), 1, 0.1});
    ASSERT_EQ(hyperband.judgements_due().size(), 1u);
    EXPECT_EQ(hyperband.judgements_due()[0].verdict, Verdict::stop);
    hyperband.tell(Judged{TrialId(0), 1, Verdict::stop, 0});
    EXPECT_TRUE(std::holds_alternative<Finished>(hyperband.next_job()));
}

TEST(hyperband, workers_are_never_idle_while_a_bracket_has_trials_to_start) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Hyperband hyperband(options_of(1, 30, 3));
        SimulationOptions options;
        options.seed = seed;
        options.max = 30;
        options.workers = 1 + seed % 40;
        options.failure_rate = 0.1;
        bool all_started = false;
        std::size_t started = 0;
        options.after_event = [&](const Event& event) {
            if (std::holds_alternative<Proposed>(event)) all_started = ++started == 49;
            if (!all_started) {
                ASSERT_TRUE(std::holds_alternative<Start>(hyperband.next_job()));
            }
        };
        Simulation(hyperband, options).run();
        EXPECT_TRUE(all_started);
    }
}

TEST(successive_halving, is_one_bracket_that_trains_one_trial_to_the_maximum) {
    const HyperbandBracket plan = successive_halving_plan(1, 27, 3, std::nullopt);
    EXPECT_EQ(plan, (HyperbandBracket{3, 27, {1, 3, 9, 27}}));
    EXPECT_EQ(successive_halving_plan(2, 25, 3, 10), (HyperbandBracket{2, 10, {3, 8, 25}}));
    Hyperband scheduler({.plan = {plan}, .eta = 3, .unit = "epoch"});
    EXPECT_EQ(scheduler.planned_resource(), 27 + 9 * 2 + 3 * 6 + 18);
    SimulationOptions options;
    options.max = 27;
    options.workers = 5;
    Simulation study(scheduler, options);
    study.run();
    EXPECT_EQ(study.trials, 27u);
    EXPECT_EQ(study.spent, 27 + 9 * 2 + 3 * 6 + 18);
    EXPECT_EQ((study.arrivals[{3, 27}]), 1u);
}

}  // namespace
}  // namespace quench::search::scheduler

#include "search/scheduler/swift_asha.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

SwiftAsha::Options options_of(Resource max) {
    SwiftAsha::Options options;
    options.asha.min = 1;
    options.asha.max = max;
    options.asha.eta = 2;
    options.asha.unit = "epoch";
    return options;
}

SimulationOptions study_of(Resource max, std::size_t trials, std::size_t workers = 1) {
    SimulationOptions options;
    options.seed = 3;
    options.max = max;
    options.trials = trials;
    options.workers = workers;
    return options;
}

/// Judgements by chances, as they were given.
struct Seen {
    std::size_t stops = 0;
    std::size_t audits = 0;
    double risked = 0;
    void operator()(const Event& event) {
        const auto* judged = std::get_if<Judged>(&event);
        if (judged == nullptr || !judged->evidence) return;
        if (judged->evidence->audited) ++audits;
        if (judged->verdict != Verdict::stop) return;
        ++stops;
        risked += *judged->evidence->chance;
    }
};

TEST(swift_asha, spends_less_than_asha_on_as_many_trials_and_finds_the_same) {
    Asha asha(options_of(64).asha);
    Simulation theirs(asha, study_of(64, 400));
    theirs.run();
    SwiftAsha swift(options_of(64));
    Seen seen;
    auto options = study_of(64, 400);
    options.after_event = std::ref(seen);
    Simulation ours(swift, options);
    ours.run();
    EXPECT_GT(seen.stops, 15u);
    EXPECT_LT(ours.spent, theirs.spent * 99 / 100);
    EXPECT_EQ(swift.rungs().back().best, asha.rungs().back().best);
}

TEST(swift_asha, without_decision_points_or_risk_it_is_asha) {
    Asha asha(options_of(32).asha);
    Simulation theirs(asha, study_of(32, 200));
    theirs.run();
    auto options = options_of(32);
    options.decisions.clear();
    SwiftAsha swift(options);
    Simulation ours(swift, study_of(32, 200));
    ours.run();
    EXPECT_EQ(ours.spent, theirs.spent);
    EXPECT_EQ(ours.arrivals, theirs.arrivals);
}

TEST(swift_asha, what_is_risked_stays_within_the_share_of_those_that_go_on) {
    for (const double risk : {0.002, 0.02, 0.1}) {
        auto options = options_of(64);
        options.risk = risk;
        SwiftAsha swift(options);
        Seen seen;
        auto study = study_of(64, 300, 4);
        study.after_event = std::ref(seen);
        Simulation(swift, study).run();
        double going_on = 0;
        for (const Rung& rung : swift.rungs()) going_on += 0.5 * static_cast<double>(rung.arrived);
        EXPECT_LE(seen.risked, risk * going_on);
    }
}

TEST(swift_asha, audits_let_every_trial_that_would_stop_come_to_its_rung) {
    auto options = options_of(64);
    options.audit = 1;
    SwiftAsha swift(options);
    Seen seen;
    auto study = study_of(64, 300);
    study.after_event = std::ref(seen);
    Simulation(swift, study).run();
    EXPECT_EQ(seen.stops, 0u);
    EXPECT_GT(seen.audits, 30u);
}

TEST(swift_asha, a_trial_that_stops_between_rungs_counts_at_the_next_like_one_that_failed) {
    SwiftAsha swift(options_of(4));
    swift.tell(Proposed{TrialId(0), {}, 0, 1});
    swift.tell(Reported{TrialId(0), 1, 0.5});
    swift.tell(Judged{TrialId(0), 1, Verdict::pause});
    swift.tell(Released{TrialId(0)});
    swift.tell(Judged{TrialId(0), 1, Verdict::proceed, 2});
    swift.tell(Judged{TrialId(0), 1, Verdict::stop});
    swift.tell(Ended{TrialId(0), Ending::stopped});
    EXPECT_EQ(swift.rungs()[1].arrived, 1u);
    EXPECT_FALSE(swift.rungs()[1].best);
}

TEST(swift_asha, of_a_crowd_a_spread_of_ranks_is_compared_and_decides_alike) {
    auto few = options_of(64);
    few.most_contenders = 25;
    auto all = options_of(64);
    all.most_contenders = 1000;
    std::vector<std::int64_t> spent;
    for (const auto& options : {few, all}) {
        SwiftAsha swift(options);
        Simulation study(swift, study_of(64, 300));
        study.run();
        spent.push_back(static_cast<std::int64_t>(study.spent));
    }
    EXPECT_NEAR(static_cast<double>(spent[0]) / static_cast<double>(spent[1]), 1, 0.1);
}

}  // namespace
}  // namespace quench::search::scheduler

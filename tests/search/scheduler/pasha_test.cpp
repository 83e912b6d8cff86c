#include "search/scheduler/pasha.hpp"

#include "tests/search/scheduler/simulation.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

Pasha::Options rungs_of(Resource min, Resource max, Resource eta) {
    Pasha::Options options;
    options.asha.min = min;
    options.asha.max = max;
    options.asha.eta = eta;
    options.asha.unit = "epoch";
    return options;
}

Resource top_of(const Pasha& pasha) {
    return pasha.rungs().back().at;
}

/// Values after each step up to the target of its job, then the process leaves.
void train(Pasha& pasha, std::uint64_t trial, Resource from, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        pasha.tell(Reported{TrialId(trial), from + static_cast<Resource>(i) + 1, values[i]});
        for (const Judgement& j : pasha.judgements_due())
            pasha.tell(Judged{j.trial, j.step, j.verdict, j.to});
    }
    pasha.tell(Released{TrialId(trial)});
}

/// Two trials at the top rung of 3 that had these values at 1, 2, 3; four others fill the rung at 1.
Pasha with_two(const std::vector<double>& first, const std::vector<double>& second) {
    Pasha pasha(rungs_of(1, 27, 3));
    EXPECT_EQ(top_of(pasha), 3);
    for (std::uint64_t i = 0; i < 6; ++i) pasha.tell(Proposed{TrialId(i), {}, 0, 1});
    train(pasha, 0, 0, {first[0]});
    train(pasha, 1, 0, {second[0]});
    for (std::uint64_t i = 2; i < 6; ++i) train(pasha, i, 0, {100});
    for (int promotions = 0; promotions < 2; ++promotions) {
        const auto job = pasha.next_job();
        EXPECT_TRUE(std::holds_alternative<Promote>(job));
        const Judgement j = std::get<Promote>(job).judgement;
        EXPECT_EQ(j.to, 3);
        pasha.tell(Judged{j.trial, j.step, j.verdict, j.to});
        const auto& values = j.trial == TrialId(0) ? first : second;
        train(pasha, j.trial.value(), 1, {values[1], values[2]});
    }
    return pasha;
}

TEST(pasha, no_rung_opens_while_the_ranking_stays_as_it_was) {
    EXPECT_EQ(top_of(with_two({1, 1, 1}, {2, 2, 2})), 3);
}

TEST(pasha, a_ranking_that_changes_opens_the_next_rung) {
    EXPECT_EQ(top_of(with_two({1, 1, 2}, {1.5, 1.5, 1})), 9);
}

/// Leads of the first, the second, the first: a gap of 0.5 at the step in between is noise, and so is the 0.5
/// by which they change places at last.
TEST(pasha, trials_that_criss_cross_are_not_told_apart) {
    Pasha pasha(rungs_of(1, 81, 9));
    EXPECT_EQ(top_of(pasha), 9);
    for (std::uint64_t i = 0; i < 18; ++i) pasha.tell(Proposed{TrialId(i), {}, 0, 1});
    train(pasha, 0, 0, {1.0});
    train(pasha, 1, 0, {1.4});
    for (std::uint64_t i = 2; i < 18; ++i) train(pasha, i, 0, {100});
    const std::vector<double> rest[] = {{1.5, 1, 1, 1, 1, 1, 1, 1.5}, {1, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1}};
    for (std::uint64_t i = 0; i < 2; ++i) {
        pasha.tell(Judged{TrialId(i), 1, Verdict::proceed, 9});
        train(pasha, i, 1, rest[i]);
    }
    // They changed places between 1 and 9, but their values at 1 differ by 0.4, less than 0.5.
    EXPECT_EQ(top_of(pasha), 9);
}

TEST(pasha, trials_at_the_top_rung_pause_and_go_on_when_the_next_one_opens) {
    Pasha pasha = with_two({1, 1, 1}, {2, 2, 2});
    pasha.tell(ProposalsEnded{});
    // Stable: the study ends with stops at 3 and nobody trained to 27.
    std::size_t stops = 0;
    for (auto due = pasha.judgements_due(); !due.empty(); due = pasha.judgements_due())
        for (const Judgement& j : due) {
            EXPECT_EQ(j.verdict, Verdict::stop);
            pasha.tell(Judged{j.trial, j.step, j.verdict, j.to});
            pasha.tell(Ended{j.trial, Ending::stopped});
            ++stops;
        }
    EXPECT_EQ(stops, 6u);
    EXPECT_TRUE(std::holds_alternative<Finished>(pasha.next_job()));
}

/// Values whose order never changes leave it at two rungs; noise opens all of them.
TEST(pasha, a_noisy_objective_opens_all_rungs_and_spends_no_more_than_asha) {
    Pasha pasha(rungs_of(1, 27, 3));
    Asha asha(rungs_of(1, 27, 3).asha);
    SimulationOptions options;
    options.max = 27;
    options.workers = 4;
    options.trials = 400;
    Simulation progressive(pasha, options);
    progressive.run();
    Simulation whole(asha, options);
    whole.run();
    EXPECT_EQ(top_of(pasha), 27);
    EXPECT_LE(progressive.spent, whole.spent + 100);
}

TEST(pasha, one_rung_is_all_there_is_when_min_is_max) {
    Pasha pasha(rungs_of(4, 4, 2));
    EXPECT_EQ(top_of(pasha), 4);
    EXPECT_EQ(pasha.next_job(), Job(Start{0, 4}));
}

}  // namespace
}  // namespace quench::search::scheduler

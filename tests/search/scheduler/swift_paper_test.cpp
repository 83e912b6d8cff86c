#include "search/scheduler/swift_paper.hpp"

#include "predictor/catalogue.hpp"
#include "tests/search/scheduler/simulation.hpp"

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

SwiftPaper::Options options_of(Resource max, std::size_t teaching, const std::string& model = "last") {
    SwiftPaper::Options options;
    options.plan = hyperband_plan(1, max, 2);
    options.eta = 2;
    options.unit = "epoch";
    options.teaching = teaching;
    options.predictor = std::move(predictor::make_predictor(model)).value();
    return options;
}

Resource spent(SwiftPaper::Options options, std::size_t workers = 1) {
    SwiftPaper paper(std::move(options));
    SimulationOptions study_options;
    study_options.max = 100;
    study_options.workers = workers;
    study_options.random_times = workers > 1;
    study_options.keep_events = false;
    Simulation study(paper, study_options);
    study.run();
    return study.spent;
}

TEST(swift_paper, until_so_many_curves_teach_it_is_hyperband) {
    EXPECT_EQ(spent(options_of(100, 1000)), 3213);
    EXPECT_EQ(spent(options_of(100, 1000), 7), 3213);
}

/// What it costs at least is fixed by the schedule: phase 1, and as many more as n_next needs.
TEST(swift_paper, saves_at_most_what_the_scheme_leaves_to_save) {
    const Resource paper = spent(options_of(100, 15));
    EXPECT_GE(paper, 2815);
    EXPECT_LT(paper, 3000);
}

TEST(swift_paper, where_no_model_can_be_fitted_it_is_hyperband) {
    SwiftPaper::Options options = options_of(100, 2);
    options.predictor = std::move(predictor::make_predictor("qsvr", {{"command", "/bin/false"}})).value();
    EXPECT_EQ(spent(std::move(options)), 3213);
}

/// R = 8, eta = 2: bracket 3 starts 8 trials to 1, bracket 2 starts 6 to 2; then 3 of them from 2 to 4, with
/// dec 3.
TEST(swift_paper, a_round_goes_through_its_phases_as_published) {
    SwiftPaper::Options options = options_of(8, 2);
    options.plan = {{.s = 1, .trials = 6, .rounds = {4, 8}}};
    SwiftPaper paper(options);
    for (std::uint64_t i = 0; i < 6; ++i) {
        EXPECT_EQ(paper.next_job(), Job(Start{1, 2})) << "to the decision point, half of the way";
        paper.tell(Proposed{TrialId(i), {}, 1, 2});
    }
    EXPECT_TRUE(std::holds_alternative<Wait>(paper.next_job()));
    // n_next = 3, k = 0.5: two go on before a forecast; d = 2 asks for no more.
    const double values[] = {5, 3, 4, 1, 2, 6};
    for (std::uint64_t i = 0; i < 6; ++i) {
        paper.tell(Reported{TrialId(i), 1, values[i]});
        paper.tell(Reported{TrialId(i), 2, values[i]});
        const auto due = paper.judgements_due();
        ASSERT_EQ(due.size(), i < 2 ? 1u : 0u) << i;
        if (i < 2) {
            EXPECT_EQ(due[0].verdict, Verdict::proceed);
            EXPECT_EQ(due[0].to, 4);
            paper.tell(Judged{TrialId(i), 2, Verdict::proceed, 4});
        }
    }
    EXPECT_EQ(paper.work_due(), nullptr);
    for (std::uint64_t i = 0; i < 2; ++i) {
        paper.tell(Reported{TrialId(i), 3, values[i]});
        paper.tell(Reported{TrialId(i), 4, values[i]});
    }
    ASSERT_NE(paper.work_due(), nullptr) << "two curves are there: the predictor is fitted";
    // The quarter quantile of 5 and 3 is 3.5: forecasts 1 and 2 are below it, 4 and 6 are not.
    const auto due = paper.judgements_due();
    ASSERT_EQ(due.size(), 4u);
    for (const Judgement& judgement : due) {
        EXPECT_EQ(judgement.threshold, 3.5);
        const auto trial = judgement.trial.value();
        EXPECT_EQ(judgement.forecast, values[trial]);
        EXPECT_EQ(judgement.evidence, (Evidence{.target = 4, .predictor = "last"}))
            << "the published method says nothing of errors and chances";
        EXPECT_EQ(judgement.verdict, trial == 3 || trial == 4 ? Verdict::proceed : Verdict::stop);
        paper.tell(Judged{judgement.trial, 2, judgement.verdict, judgement.to});
    }
    for (const std::uint64_t i : {3, 4}) paper.tell(Reported{TrialId(i), 4, values[i]});
    // Of 5, 3, 1, 2 the best three go on to the decision point of the next round.
    std::size_t on = 0;
    for (const Judgement& judgement : paper.judgements_due()) {
        EXPECT_EQ(judgement.verdict, judgement.trial.value() == 0 ? Verdict::stop : Verdict::proceed);
        EXPECT_EQ(judgement.to, judgement.verdict == Verdict::proceed ? 6 : 0);
        ++on;
    }
    EXPECT_EQ(on, 4u);
}

TEST(swift_paper, where_too_few_forecasts_are_below_the_quantile_the_best_fill_the_places) {
    SwiftPaper::Options options = options_of(8, 2);
    options.plan = {{.s = 1, .trials = 6, .rounds = {4, 8}}};
    SwiftPaper paper(options);
    for (std::uint64_t i = 0; i < 6; ++i) paper.tell(Proposed{TrialId(i), {}, 1, 2});
    const double values[] = {1, 2, 4, 3, 5, 6};
    for (std::uint64_t i = 0; i < 6; ++i) {
        paper.tell(Reported{TrialId(i), 2, values[i]});
        if (i < 2) paper.tell(Judged{TrialId(i), 2, Verdict::proceed, 4});
    }
    for (std::uint64_t i = 0; i < 2; ++i) paper.tell(Reported{TrialId(i), 4, values[i]});
    for (const Judgement& judgement : paper.judgements_due())
        EXPECT_EQ(judgement.verdict, judgement.trial.value() == 3 ? Verdict::proceed : Verdict::stop)
            << judgement.trial.value();
}

}  // namespace
}  // namespace quench::search::scheduler

// A journal explains itself, and one in which a decision was changed does not.
#include "orchestrator/core/verify.hpp"

#include "orchestrator/core/apply.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using testing::IsEmpty;
using testing::Not;

/// An ASHA study of nine trials by one worker, to its end.
std::vector<StampedFact> whole_study() {
    Study study = small_study("asha", 9);
    study.stop.trials = 9;
    Rig rig(study);
    rig.join("w1");
    while (!rig.state().running.empty()) {
        const std::uint64_t trial = rig.state().running.begin()->value();
        rig.train("w1", trial, 0.1 * static_cast<double>((trial * 4) % 9));
    }
    EXPECT_TRUE(rig.coordinator().done());
    return rig.journal;
}

/// Changes the first fact of its kind that has `change` say true, and expects verify to notice.
template <class Kind>
void expect_noticed(const char* what, const std::function<bool(Kind&)>& change) {
    std::vector<StampedFact> facts = whole_study();
    for (StampedFact& stamped : facts) {
        auto* kind = std::get_if<Kind>(&stamped.fact);
        if (kind == nullptr || !change(*kind)) continue;
        EXPECT_THAT(verify(facts), Not(IsEmpty())) << what;
        return;
    }
    FAIL() << "no fact to change: " << what;
}

TEST(Verify, finds_nothing_in_an_honest_journal) {
    EXPECT_THAT(verify(whole_study()), IsEmpty());
}

TEST(Verify, finds_an_empty_journal_strange) {
    EXPECT_THAT(verify({}), Not(IsEmpty()));
}

TEST(Verify, notices_a_changed_proposal) {
    expect_noticed<TrialProposed>("params", [](auto& fact) { return (fact.params["x"] = 0.5, true); });
    expect_noticed<TrialProposed>("target", [](auto& fact) { return (fact.to = 3, true); });
    expect_noticed<TrialProposed>("bracket", [](auto& fact) { return (fact.bracket = 1, true); });
}

/// A journal that was edited is contradicted, by every scheduler, and aborts nothing.
TEST(Verify, notices_a_bracket_that_does_not_exist) {
    for (const std::string& scheduler : search::scheduler_names())
        for (const int bracket : {-1, 7}) {
            State state;
            ASSERT_TRUE(apply(state, {{}, StudyCreated{small_study(scheduler, 9), "", "", "", ""}}).ok());
            const auto due = std::get<search::scheduler::Start>(state.scheduler->next_job());
            const auto params = state.sampler->ask(TrialId(0), 1).front();
            EXPECT_FALSE(apply(state, {{}, TrialProposed{TrialId(0), params, bracket, 1, 0}}).ok())
                << scheduler;
            EXPECT_TRUE(state.trials.empty());
            EXPECT_TRUE(apply(state, {{}, TrialProposed{TrialId(0), params, due.bracket, due.to, 0}}).ok())
                << scheduler;
        }
}

/// A population of two, trained by one worker to its end.
std::vector<StampedFact> whole_population() {
    Study study = small_study("pbt", 4);
    study.fidelity.population = 2;
    study.fidelity.quantile = 0.5;
    Rig rig(study);
    rig.join("w1");
    while (!rig.state().running.empty()) {
        const std::uint64_t trial = rig.state().running.begin()->value();
        rig.train("w1", trial, 1.0 + static_cast<double>(trial));
    }
    EXPECT_TRUE(rig.coordinator().done());
    return rig.journal;
}

TEST(Verify, notices_a_child_that_goes_on_from_another_trial_or_with_another_configuration) {
    const std::vector<StampedFact> honest = whole_population();
    EXPECT_THAT(verify(honest), IsEmpty());
    std::size_t children = 0;
    for (std::size_t i = 0; i < honest.size(); ++i) {
        const auto* fact = std::get_if<TrialProposed>(&honest[i].fact);
        if (fact == nullptr || !fact->parent) continue;
        ++children;
        const auto expect_differs = [&](const std::function<void(TrialProposed&)>& change) {
            std::vector<StampedFact> facts = honest;
            change(std::get<TrialProposed>(facts[i].fact));
            EXPECT_THAT(verify(facts), Not(IsEmpty())) << "fact " << i + 1;
        };
        expect_differs([](TrialProposed& child) { child.params["x"] = 0.5; });
        expect_differs([](TrialProposed& child) { child.parent.reset(); });
        expect_differs([](TrialProposed& child) { child.parent->step += 1; });
        expect_differs([](TrialProposed& child) { child.parent->trial = child.trial; });
        expect_differs([](TrialProposed& child) { child.parent->trial = TrialId(1); });
    }
    EXPECT_GE(children, 3u);
}

TEST(Verify, notices_a_changed_attempt) {
    expect_noticed<AttemptStarted>("trial",
                                   [](auto& fact) { return (fact.trial = fact.trial.next(), true); });
    expect_noticed<AttemptStarted>("ranks", [](auto& fact) { return (fact.ranks = 0, true); });
    expect_noticed<AttemptStarted>("from", [](auto& fact) { return (fact.from = 1 - fact.from, true); });
}

TEST(Verify, notices_a_changed_verdict) {
    expect_noticed<VerdictGiven>("verdict",
                                 [](auto& fact) { return (fact.verdict = search::Verdict::stop, true); });
    expect_noticed<VerdictGiven>("reason", [](auto& fact) { return (fact.reason = "because", true); });
    expect_noticed<VerdictGiven>("target", [](auto& fact) {
        const bool proceeds = fact.verdict == search::Verdict::proceed;
        if (proceeds) fact.to = 9;
        return proceeds;
    });
    expect_noticed<VerdictGiven>("threshold", [](auto& fact) {
        const bool there = fact.threshold.has_value();
        if (there) fact.threshold = -1.0;
        return there;
    });
}

TEST(Verify, notices_a_changed_end_of_a_trial) {
    expect_noticed<TrialEnded>("how", [](auto& fact) { return (fact.how = search::Ending::failed, true); });
    expect_noticed<TrialEnded>("value", [](auto& fact) { return (fact.value = -1.0, true); });
    expect_noticed<TrialEnded>("reason", [](auto& fact) { return (fact.reason = "because", true); });
}

TEST(Verify, notices_changed_ends_of_proposals_and_of_the_study) {
    expect_noticed<ProposalsEnded>("reason", [](auto& fact) { return (fact.reason = "enough", true); });
    expect_noticed<StudyEnded>("how", [](auto& fact) { return (fact.how = StudyEnding::failed, true); });
    expect_noticed<StudyEnded>("reason", [](auto& fact) { return (fact.reason = "enough", true); });
}

TEST(Verify, notices_a_decision_that_is_missing) {
    const std::vector<StampedFact> honest = whole_study();
    for (std::size_t i = 0; i < honest.size(); ++i) {
        const bool decision = std::holds_alternative<VerdictGiven>(honest[i].fact) ||
                              std::holds_alternative<TrialEnded>(honest[i].fact) ||
                              std::holds_alternative<ProposalsEnded>(honest[i].fact) ||
                              std::holds_alternative<AttemptStarted>(honest[i].fact) ||
                              std::holds_alternative<TrialProposed>(honest[i].fact);
        if (!decision) continue;
        std::vector<StampedFact> facts = honest;
        facts.erase(facts.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_THAT(verify(facts), Not(IsEmpty())) << "fact " << i + 1;
    }
}

TEST(Verify, notices_a_changed_report_by_the_verdicts_that_no_longer_follow) {
    expect_noticed<Reported>("loss", [](auto& fact) {
        const bool best = fact.metrics.at("loss") == 0.0;
        if (best) fact.metrics["loss"] = 0.75;
        return best;
    });
}

}  // namespace
}  // namespace quench::orchestrator::core

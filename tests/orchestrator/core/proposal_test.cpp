// A sampler that is too expensive for the coordinator's turn: asked on the compute thread, over a clone.
#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/coordinator.hpp"
#include "tests/orchestrator/core/rig.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

/// Proposes x = 1 / (events told + 1), so that a test sees what it knew.
class HeavySampler final : public search::sampler::Sampler {
  public:
    void tell(const search::Event& /*event*/) override { ++told_; }
    [[nodiscard]] std::vector<search::space::Configuration> ask(TrialId /*first*/,
                                                                std::size_t count) const override {
        return {count, {{"x", 1.0 / (told_ + 1)}}};
    }
    [[nodiscard]] search::sampler::Cost cost() const override { return search::sampler::Cost::heavy; }
    [[nodiscard]] std::unique_ptr<search::sampler::Sampler> clone() const override {
        return std::make_unique<HeavySampler>(*this);
    }

  private:
    int told_ = 0;
};

State with_heavy_sampler(Study study) {
    State state;
    EXPECT_TRUE(apply(state, {{1'000'000'000}, created_as(std::move(study))}).ok());
    state.sampler = std::make_unique<HeavySampler>();
    return state;
}

/// A rig whose journal cannot be replayed: the sampler is not in the catalogue.
class HeavyProposals : public testing::Test {
  protected:
    HeavyProposals() { rig.verifies = false; }

    static ProposalComputed answer(const AskJob& job) {
        return {job.ask, job.told, job.sampler->ask(job.ask.first, 1)};
    }
    AskJob asked() {
        EXPECT_TRUE(rig.last().ask.has_value());
        const AskJob& job = *rig.last().ask;
        return {job.ask, job.told, job.sampler->clone()};
    }

    Rig rig{with_heavy_sampler(small_study("asha", 9)), {}};
};

TEST_F(HeavyProposals, are_asked_for_once_at_a_time_and_become_trials_when_they_come) {
    rig.join("w1", 2);
    EXPECT_THAT(rig.state().trials, IsEmpty());
    const AskJob first = asked();
    EXPECT_EQ(first.ask, (AskDue{TrialId(0), 0, 1}));
    EXPECT_FALSE(rig.tick(seconds(1)).ask.has_value());
    rig.step(answer(first));
    EXPECT_TRUE(rig.is<Running>(0));
    EXPECT_EQ(asked().ask.first, TrialId(1)) << "the second slot is free";
}

TEST_F(HeavyProposals, say_what_the_sampler_knew_when_it_was_asked) {
    rig.join("w1", 2);
    rig.step(answer(asked()));
    const AskJob second = asked();
    rig.report("w1", 0, 1, 0.5);
    rig.step(answer(second));
    const auto proposed = facts_of<TrialProposed>(rig.last().facts);
    ASSERT_THAT(proposed, SizeIs(1));
    EXPECT_EQ(proposed[0].told, 1u);
    EXPECT_EQ(proposed[0].params, (search::space::Configuration{{"x", 0.5}}));
    EXPECT_GT(rig.state().told, 2u);
}

TEST_F(HeavyProposals, are_dropped_when_the_study_has_ended_meanwhile) {
    rig.join("w1");
    const AskJob job = asked();
    rig.ask("cancel");
    EXPECT_THAT(rig.step(answer(job)).facts, IsEmpty());
}

TEST_F(HeavyProposals, are_dropped_when_the_study_is_paused_and_asked_for_again_when_it_goes_on) {
    rig.join("w1");
    const AskJob job = asked();
    rig.ask("pause");
    EXPECT_THAT(rig.step(answer(job)).facts, IsEmpty());
    rig.ask("resume");
    EXPECT_EQ(asked().ask, job.ask);
}

TEST_F(HeavyProposals, are_dropped_while_the_coordinator_shuts_down) {
    rig.join("w1");
    const AskJob job = asked();
    rig.step(ShutdownAsked{"interrupted"});
    EXPECT_THAT(rig.step(answer(job)).facts, IsEmpty());
}

TEST_F(HeavyProposals, are_dropped_when_a_queued_trial_comes_first) {
    rig.join("w1");
    rig.step(answer(asked()));
    rig.join("w2");
    const AskJob job = asked();
    rig.hear("w2", protocol::Goodbye{"gone"});
    rig.hear("w1", protocol::Goodbye{"gone"});
    EXPECT_TRUE(rig.is<Queued>(0));
    EXPECT_THAT(rig.step(answer(job)).facts, IsEmpty()) << "a proposal is due only when the queue is empty";
}

TEST_F(HeavyProposals, that_nobody_asked_for_are_dropped) {
    const ProposalComputed stray{{TrialId(0), 0, 1}, 0, {{{"x", 0.5}}}};
    EXPECT_THAT(rig.step(stray).facts, IsEmpty());
    rig.join("w1");
    const AskJob job = asked();
    rig.step(answer(job));
    EXPECT_THAT(rig.step(answer(job)).facts, IsEmpty());
}

TEST_F(HeavyProposals, end_when_the_sampler_has_no_more) {
    rig.join("w1");
    rig.step(ProposalComputed{asked().ask, 0, {}});
    EXPECT_TRUE(rig.state().proposals_ended.has_value());
    EXPECT_EQ(rig.state().phase, StudyPhase::ended);
}

}  // namespace
}  // namespace quench::orchestrator::core

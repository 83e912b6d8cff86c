#include "orchestrator/io/loop/compute_thread.hpp"

#include <atomic>
#include <latch>

#include <gtest/gtest.h>
#include <poll.h>

namespace quench::orchestrator::io {
namespace {

using search::space::Configuration;

/// Thinks until it is let go.
class Thinker final : public search::sampler::Sampler {
  public:
    explicit Thinker(std::latch& done) : done_(done) {}
    void tell(const search::Event&) override {}
    [[nodiscard]] std::vector<Configuration> ask(search::TrialId first, std::size_t) const override {
        done_.wait();
        return {{{"x", static_cast<double>(first.value())}}};
    }
    [[nodiscard]] search::sampler::Cost cost() const override { return search::sampler::Cost::heavy; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override { return std::make_unique<Thinker>(done_); }

  private:
    std::latch& done_;
};

core::AskJob job(std::uint64_t trial, std::latch& done) {
    return {.ask = {core::TrialId(trial), 2, 9}, .told = 17, .sampler = std::make_unique<Thinker>(done)};
}

TEST(ComputeThread, answers_through_its_descriptor_and_nobody_waits_meanwhile) {
    ComputeThread compute;
    pollfd answered{compute.fd(), POLLIN, 0};
    for (std::uint64_t trial = 0; trial < 100; ++trial) {
        std::latch done(1);
        compute.submit(job(trial, done));
        EXPECT_FALSE(compute.take()) << "it still thinks";
        done.count_down();
        ASSERT_EQ(poll(&answered, 1, 10'000), 1);
        const auto input = compute.take();
        ASSERT_TRUE(input);
        const auto* answer = std::get_if<core::ProposalComputed>(&*input);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->ask, (core::AskDue{core::TrialId(trial), 2, 9}));
        EXPECT_EQ(answer->told, 17u);
        EXPECT_EQ(answer->configurations, (std::vector<Configuration>{{{"x", static_cast<double>(trial)}}}));
        EXPECT_FALSE(compute.take()) << "an answer is taken once";
    }
}

class Counted final : public search::scheduler::Work {
  public:
    void run() const override { done_ = true; }
    [[nodiscard]] bool done() const override { return done_; }

  private:
    mutable std::atomic<bool> done_ = false;
};

TEST(ComputeThread, does_the_work_that_verdicts_wait_for) {
    ComputeThread compute;
    pollfd answered{compute.fd(), POLLIN, 0};
    const auto work = std::make_shared<Counted>();
    compute.submit(std::shared_ptr<const search::scheduler::Work>(work));
    ASSERT_EQ(poll(&answered, 1, 10'000), 1);
    const auto input = compute.take();
    ASSERT_TRUE(input);
    EXPECT_TRUE(std::holds_alternative<core::WorkDone>(*input));
    EXPECT_TRUE(work->done());
}

TEST(ComputeThread, ends_with_a_job_in_hand) {
    std::latch done(1);
    auto compute = std::make_unique<ComputeThread>();
    compute->submit(job(0, done));
    done.count_down();
    compute.reset();
}

}  // namespace
}  // namespace quench::orchestrator::io

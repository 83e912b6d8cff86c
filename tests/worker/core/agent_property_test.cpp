#include "base/random.hpp"
#include "worker/core/agent.hpp"

#include <set>

#include <gtest/gtest.h>

namespace quench::worker::core {
namespace {

using namespace protocol;
using base::Rng;

/// A world that answers an agent at random, and remembers what must hold.
class World {
  public:
    World(std::uint64_t seed, int slots)
        : rng_(seed, "agent property"), slots_(slots), agent_(options(slots), now_) {}

    void turn() {
        now_ = now_ + base::Duration(static_cast<std::int64_t>(rng_.below(400'000)));
        const auto input = any_input();
        Batch batch;
        agent_.step(input, now_, batch);
        look(batch);
    }

    bool gone = false;
    std::size_t spawned() const { return spawned_.size(); }
    std::size_t ended() const { return ended_.size(); }

  private:
    static AgentOptions options(int slots) {
        AgentOptions out;
        out.slots = slots;
        out.window = 16;
        out.unacked_reports = 8;
        out.lost_coordinator_after = std::chrono::hours(24);
        return out;
    }

    /// Trials come and go: a few are spoken of at a time, with up to four attempts.
    AttemptKey any_key() { return {"s", ++asked_ / 50 + rng_.below(6), rng_.below(4)}; }
    AttemptKey live_key() {
        if (live_.empty()) return any_key();
        return *std::next(live_.begin(), static_cast<std::ptrdiff_t>(rng_.below(live_.size())));
    }

    Input any_input() {
        switch (rng_.below(20)) {
            case 0:
            case 1:
                return Received{any_start()};
            case 2:
                return Received{Stop{any_key(), "why"}};
            case 3:
                return Received{Welcome{version, "", std::chrono::seconds(5), {}}};
            case 4:
            case 5:
            case 6:
                return Received{any_ack()};
            case 7:
                return ProcessStarted{live_key(), 1};
            case 8:
            case 9:
            case 10: {
                if (live_.empty()) return Tick{};
                const auto key = live_key();
                live_.erase(key);
                if (rng_.below(8) == 0) return StartFailed{key, "why"};
                return ProcessEnded{key, Exited{static_cast<int>(rng_.below(2))}};
            }
            case 11:
                return LineRead{live_key(), R"(quench: {"infeasible": "why"})"};
            case 12:
                return LineRead{live_key(), "quench: ???"};
            case 13:
            case 14:
            case 15:
            case 16:
                return LineRead{live_key(), R"(quench: {"step": )" + std::to_string(rng_.below(60)) + "}"};
            case 17:
                if (rng_.below(2000) == 0) return TerminateRequested{"why"};
                return Tick{};
            default:
                return Tick{};
        }
    }

    Start any_start() {
        Start out;
        out.key = any_key();
        out.params = "{}";
        out.to = 50;
        out.ranks = 1 + static_cast<int>(rng_.below(static_cast<std::uint64_t>(slots_) + 1));
        out.command = {rng_.below(30) == 0 ? "{bad}" : "train"};
        out.folder = "/t";
        out.grace = std::chrono::seconds(rng_.below(3));
        if (rng_.below(3) == 0) out.timeout = std::chrono::seconds(10);
        if (rng_.below(3) == 0) out.stall = std::chrono::seconds(3);
        return out;
    }

    Ack any_ack() {
        Ack out;
        for (const auto& [seq, item] : agent_.outbox().items())
            if (rng_.below(2) == 0) out.seqs.push_back(seq);
        out.seqs.push_back(rng_.below(100));
        for (const auto seq : out.seqs) unacked_.erase(seq);
        return out;
    }

    void look(const Batch& batch) {
        int live_ranks = 0;
        std::set<std::uint64_t> live_trials;
        for (const auto& action : batch.actions) {
            ASSERT_FALSE(gone) << "an action after Exit";
            if (const auto* spawn = std::get_if<Spawn>(&action)) {
                ASSERT_TRUE(spawned_.insert(spawn->key).second) << "spawned twice";
                live_.insert(spawn->key);
            }
            if (std::holds_alternative<Exit>(action)) gone = true;
        }
        for (const auto& key : live_) {
            const auto found = agent_.attempts().find(key);
            ASSERT_NE(found, agent_.attempts().end()) << "a live process is forgotten";
            ASSERT_TRUE(found->second.alive());
            live_ranks += found->second.order.ranks;
            ASSERT_TRUE(live_trials.insert(key.trial).second) << "two attempts of one trial run";
        }
        ASSERT_LE(live_ranks, slots_);
        ASSERT_EQ(live_ranks, agent_.slots_in_use());
        // What enters the outbox rises by one, stays until it is acknowledged, and an end comes once.
        for (const auto& [seq, item] : agent_.outbox().items()) {
            if (seq <= last_seq_) continue;
            ASSERT_EQ(seq, last_seq_ + 1);
            last_seq_ = seq;
            unacked_.insert(seq);
            if (const auto* end = std::get_if<AttemptEnded>(&item)) {
                ASSERT_TRUE(ended_.insert(end->key).second) << "an attempt ended twice";
                ASSERT_FALSE(live_.contains(end->key)) << "an end is said while processes run";
            }
        }
        for (const auto seq : unacked_)
            ASSERT_TRUE(agent_.outbox().items().contains(seq)) << "lost before its ack";
        // Sends carry numbers that rise within a batch.
        std::uint64_t before = 0;
        for (const auto& send : batch.sends) {
            std::uint64_t seq = before + 1;
            if (const auto* r = std::get_if<Report>(&send)) seq = r->seq;
            if (const auto* e = std::get_if<AttemptEnded>(&send)) seq = e->seq;
            ASSERT_GT(seq, before);
            before = seq;
        }
    }

    Rng rng_;
    int slots_;
    std::uint64_t asked_ = 0;
    base::TimePoint now_{1'000'000};
    Agent agent_;
    std::set<AttemptKey> live_;
    std::set<AttemptKey> spawned_;
    std::set<AttemptKey> ended_;
    std::set<std::uint64_t> unacked_;
    std::uint64_t last_seq_ = 0;
};

TEST(AgentProperty, invariants_hold_over_random_inputs) {
    std::size_t spawned = 0;
    std::size_t ended = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed, 1 + static_cast<int>(seed % 5));
        for (int i = 0; i < 10'000; ++i) {
            world.turn();
            if (testing::Test::HasFatalFailure()) FAIL() << "at input " << i;
        }
        spawned += world.spawned();
        ended += world.ended();
    }
    EXPECT_GT(spawned, 1000U);
    EXPECT_GE(ended, spawned);
}

}  // namespace
}  // namespace quench::worker::core

// Ten thousand inputs of every kind in random order: honest workers on a bad network, hostile nonsense, jumps
// of the clock, restarts. Nothing may break an invariant, and the journal must explain itself.
#include "base/random.hpp"
#include "tests/orchestrator/core/fake_worker.hpp"
#include "tests/orchestrator/core/rig.hpp"
#include "tests/orchestrator/core/test_options.hpp"

#include <limits>
#include <memory>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::core {
namespace {

Study random_study(std::uint64_t seed) {
    base::Rng rng(seed, "study");
    const auto schedulers = search::scheduler_names();
    Study study =
        small_study(schedulers[rng.below(schedulers.size())], 1 + static_cast<Resource>(rng.below(27)));
    if (study.fidelity.name == "pbt") {
        study.fidelity.population = 2 + rng.below(6);
        study.fidelity.quantile = 0.5;
    }
    study.objective.direction = rng.below(2) == 0 ? Direction::minimize : Direction::maximize;
    study.trial.ranks = 1 + static_cast<int>(rng.below(2));
    study.trial.retries = static_cast<int>(rng.below(3));
    if (rng.below(2) == 0) study.sampler = {.name = "grid", .seed = seed, .grid_points = 5 + rng.below(300)};
    if (rng.below(2) == 0) study.stop.trials = 1 + rng.below(300);
    if (rng.below(8) == 0) study.stop.resource = 500;
    if (rng.below(8) == 0) study.stop.wall = std::chrono::hours(200);
    if (rng.below(8) == 0) study.stop.failure_rate = 0.9;
    return study;
}

class RandomRun {
  public:
    explicit RandomRun(std::uint64_t seed) : rig(random_study(seed)), rng_(seed, "inputs") {
        for (std::size_t i = 0; i < 4; ++i) rejoin(i);
    }

    void run(int inputs) {
        for (int i = 0; i < inputs && !testing::Test::HasFailure(); ++i) one_input();
    }

  private:
    void one_input() {
        const auto dice = rng_.below(1000);
        if (dice < 250) {
            worker_acts(rng_.below(workers_.size()));
        } else if (dice < 700) {
            deliver();
        } else if (dice < 850) {
            hear(random_peer(), nonsense());
        } else if (dice < 980) {
            tick();
        } else if (dice < 988) {
            const std::vector<std::string> verbs{"pause", "resume", "resume", "status", ""};
            hear("client", worker::protocol::Request{.id = dice, .verb = verbs[rng_.below(5)], .study = ""});
        } else if (dice < 992) {
            step(ProposalComputed{{TrialId(rng_.below(20)), 0, 1}, rng_.below(9), {{{"x", 7.0}}}}, "");
        } else if (dice < 996) {
            rejoin(rng_.below(workers_.size()));
        } else if (dice < 999) {
            if (rng_.below(2) == 0) step(ShutdownAsked{"now"}, "");
            for (int i = 0; i < 20; ++i) deliver();
            rig.restart();
        } else if (rng_.below(40) == 0) {
            hear("client", worker::protocol::Request{.id = dice, .verb = "cancel", .study = "t"});
        }
    }

    std::string name(std::size_t i) const { return fmt::format("w{}", i); }

    void rejoin(std::size_t i) {
        if (workers_.size() <= i) workers_.resize(i + 1);
        const int slots = 2 + static_cast<int>(rng_.below(3));
        workers_[i] =
            std::make_unique<FakeWorker>(name(i), fmt::format("s{}", ++sessions_), slots, checkpoints_);
    }

    void worker_acts(std::size_t i) {
        FakeWorker& worker = *workers_[i];
        if (worker.gone()) return rejoin(i);
        const auto dice = rng_.below(100);
        if (worker.programs().empty() || dice < 20) {
            worker.speak();
        } else if (const auto program = rng_.below(worker.programs().size()); dice < 95) {
            const double odd = rng_.below(2) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                  : -std::numeric_limits<double>::infinity();
            worker.advance(program, rng_.below(50) == 0 ? odd : rng_.normal());
        } else {
            worker.end(program, static_cast<Outcome>(rng_.below(8)));
        }
        for (auto& message : worker.outbox)
            to_coordinator_.emplace_back(worker.session(), std::move(message));
        worker.outbox.clear();
    }

    /// One message of those under way, not the oldest as a rule; now and then it is lost or comes twice.
    void deliver() {
        const bool up = rng_.below(2) == 0;
        if (up && !to_coordinator_.empty()) {
            const auto [peer, message] = take(to_coordinator_);
            hear(peer, message);
        } else if (!to_workers_.empty()) {
            const auto [peer, message] = take(to_workers_);
            for (auto& worker : workers_)
                if (worker->session() == peer) worker->hear(message);
        }
    }

    template <class Message>
    std::pair<Peer, Message> take(std::vector<std::pair<Peer, Message>>& queue) {
        const auto at =
            queue.begin() + static_cast<std::ptrdiff_t>(rng_.below(std::min<std::uint64_t>(queue.size(), 8)));
        auto taken = *at;
        if (rng_.below(10) != 0) queue.erase(at);
        if (queue.size() > 200) queue.erase(queue.begin(), queue.begin() + 100);
        return taken;
    }

    Peer random_peer() {
        return rng_.below(2) == 0 ? workers_[rng_.below(workers_.size())]->session()
                                  : fmt::format("x{}", rng_.below(4));
    }

    std::int64_t odd_number() {
        const std::vector<std::int64_t> odd{0,
                                            1,
                                            2,
                                            3,
                                            -1,
                                            std::numeric_limits<std::int64_t>::max(),
                                            std::numeric_limits<std::int64_t>::min()};
        return odd[rng_.below(odd.size())];
    }

    worker::protocol::AttemptKey odd_key() {
        return {rng_.below(9) == 0 ? "other" : "t",
                rng_.below(5) == 0 ? static_cast<std::uint64_t>(odd_number())
                                   : rng_.below(rig.state().trials.size() + 2),
                rng_.below(4)};
    }

    worker::protocol::ToCoordinator nonsense() {
        switch (rng_.below(6)) {
            case 0:
                return protocol::Hello{
                    .version = rng_.below(5) == 0 ? 7 : protocol::version,
                    .build = "?",
                    .worker = rng_.below(3) == 0 ? name(rng_.below(4)) : "evil",
                    .session = fmt::format("{}", rng_.below(5) == 0 ? "" : random_peer()),
                    .host = "n\"\n\\",
                    .pid = odd_number(),
                    .slots = static_cast<int>(rng_.below(3) == 0 ? rng_.bits() : rng_.below(4)),
                    .held = {odd_key()}};
            case 1:
                return protocol::Heartbeat{{odd_key(), odd_key()}};
            case 2:
                return protocol::Report{rng_.bits(),
                                        odd_key(),
                                        odd_number(),
                                        {{"loss", std::numeric_limits<double>::quiet_NaN()}, {"", 0.0}}};
            case 3:
                return protocol::AttemptEnded{.seq = rng_.bits(),
                                              .key = odd_key(),
                                              .outcome = static_cast<Outcome>(rng_.below(8)),
                                              .detail = "x",
                                              .exit_status = 3,
                                              .seconds = -1};
            case 4:
                if (rng_.below(8) != 0) return protocol::Heartbeat{};
                return protocol::Goodbye{"nothing to see"};
            default:
                return protocol::Request{.id = 0, .version = 0, .verb = "drop table", .study = "?"};
        }
    }

    void tick() {
        const std::vector<std::int64_t> jumps{1, 1, 1, 1, 1, 2, 3, 6, 8, 60, 3600, -1, -5, -3600};
        rig.now = rig.now + std::chrono::seconds(jumps[rng_.below(jumps.size())]);
        step(Tick{}, "");
    }

    void hear(const Peer& peer, const worker::protocol::ToCoordinator& message) {
        const bool known = rig.coordinator().presence().sessions.contains(peer);
        step(Received{peer, message}, peer);
        const auto acknowledged = [&](std::uint64_t seq) {
            if (!known) {
                EXPECT_EQ(sends_of<protocol::Introduce>(rig.last(), peer).size(), 1u);
                return;
            }
            EXPECT_THAT(sends_of<protocol::Ack>(rig.last(), peer), testing::Contains(protocol::Ack{{seq}}));
        };
        if (const auto* report = std::get_if<protocol::Report>(&message)) acknowledged(report->seq);
        if (const auto* ended = std::get_if<protocol::AttemptEnded>(&message)) acknowledged(ended->seq);
    }

    void step(const Input& input, const Peer& speaking) {
        const auto before = rig.coordinator().presence().sessions;
        rig.step(input);
        const auto& after = rig.coordinator().presence().sessions;
        for (const Send& send : rig.last().sends) {
            EXPECT_TRUE(before.contains(send.peer) || after.contains(send.peer) || send.peer == speaking)
                << send.peer << " is nobody";
            to_workers_.emplace_back(send.peer, send.message);
        }
    }

  public:
    Rig rig;

  private:
    base::Rng rng_;
    std::uint64_t sessions_ = 0;
    Checkpoints checkpoints_;
    std::vector<std::unique_ptr<FakeWorker>> workers_;
    std::vector<std::pair<Peer, worker::protocol::ToCoordinator>> to_coordinator_;
    std::vector<std::pair<Peer, worker::protocol::FromCoordinator>> to_workers_;
};

TEST(RandomInputs, break_no_invariant_and_leave_a_journal_that_explains_itself) {
    const std::uint64_t first = test_options().seed.value_or(1);
    const std::uint64_t seeds = test_options().seed ? 1 : test_options().seeds.value_or(20);
    std::size_t facts = 0;
    for (std::uint64_t seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(replay_command(seed));
        RandomRun run(seed);
        run.run(10'000);
        facts += run.rig.journal.size();
    }
    EXPECT_GT(facts, 200 * seeds) << "too little happened to show anything";
}

}  // namespace
}  // namespace quench::orchestrator::core

// A whole system on a virtual clock: a coordinator, workers, a bad network, crashes of everything.
#pragma once

#include "base/random.hpp"
#include "orchestrator/core/coordinator.hpp"
#include "tests/orchestrator/core/fake_worker.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace quench::orchestrator::core {

struct Weather {
    double lost = 0;      ///< share of messages
    double repeated = 0;  ///< share of messages that come twice
    double delay_s = 0.01;
    double long_delays = 0;              ///< share of messages that take a hundred times as long
    double worker_crashes_per_hour = 0;  ///< of each worker
    double coordinator_crash = 0;        ///< a turn, before its commit or between commit and sends
    double program_crash = 0;            ///< a step
};

/// Same seed, same losses of trials, whatever the weather. A step takes a second or so, and ends with a
/// checkpoint.
class Simulation {
  public:
    Simulation(Study study, std::uint64_t seed, std::size_t workers, int slots, Weather weather);

    /// Until the study has ended and the coordinator is done; false when it is not by `limit`.
    bool run(base::Duration limit);

    std::vector<StampedFact> journal;     ///< what was committed
    std::vector<std::string> complaints;  ///< promises that were broken on the way

    [[nodiscard]] const Coordinator& coordinator() const { return *coordinator_; }

  private:
    struct Event {
        base::TimePoint at;
        std::uint64_t number = 0;  ///< of two at one time the first made comes first
        std::function<void()> happen;
        friend bool operator>(const Event& a, const Event& b) {
            return std::tie(a.at, a.number) > std::tie(b.at, b.number);
        }
    };
    struct Seat {
        std::string name;
        std::unique_ptr<FakeWorker> worker;  ///< none while it is down
    };

    void later(double seconds, std::function<void()> happen);
    void coordinator_up();
    void coordinator_ticks();
    void turn(const Input& input);
    void commit(const Batch& batch);
    void worker_up(std::size_t seat);
    void worker_ticks(std::size_t seat, const std::string& session);
    void worker_trains(std::size_t seat, const std::string& session);
    void worker_down(std::size_t seat, double seconds);
    void collect(std::size_t seat);
    void deliver(const Peer& peer, const worker::protocol::FromCoordinator& message);
    void travel(const std::function<void()>& arrive);
    void look_at_acks(const FakeWorker& worker, const worker::protocol::Ack& ack);
    void look_at_start(const worker::protocol::Start& start);
    [[nodiscard]] double loss(std::uint64_t trial, Resource step) const;

    Study study_;
    std::uint64_t seed_;
    int slots_;
    Weather weather_;
    base::Rng network_;
    base::Rng fate_;
    base::TimePoint now_{1'000'000'000};
    std::uint64_t events_made_ = 0;
    std::uint64_t sessions_ = 0;
    std::uint64_t lives_ = 0;  ///< of coordinators that have ended
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::unique_ptr<Coordinator> coordinator_;  ///< none while it is down
    std::vector<Seat> seats_;
    Checkpoints checkpoints_;
    std::set<std::tuple<std::uint64_t, std::uint64_t, Resource>>
        reported_;  ///< committed: trial, attempt, step
};

}  // namespace quench::orchestrator::core

// A worker and its programs as the protocol describes them, without processes: what it is told it does, what
// it says it repeats until it is acknowledged. Shared by the random tests and the simulation.
#pragma once

#include "orchestrator/core/fact.hpp"

#include <map>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

/// The last checkpoint of each trial, on the file system that all workers share.
using Checkpoints = std::map<std::uint64_t, Resource>;

/// The trial whose folder a Start with a parent names.
std::uint64_t parent_of(const worker::protocol::Start& start);

struct Program {
    worker::protocol::AttemptKey key;
    Resource at = 0;  ///< the last step reported; behind the checkpoint, steps are only reported again
    Resource to = 0;
    int ranks = 1;
};

class FakeWorker {
  public:
    FakeWorker(std::string name, std::string session, int slots, Checkpoints& checkpoints);

    void hear(const worker::protocol::FromCoordinator& message);
    /// Hello until it is welcome; then a heartbeat and all that is not acknowledged.
    void speak();
    /// Trains one step, writes a checkpoint, reports; after the last step the program exits.
    void advance(std::size_t program, double loss);
    void end(std::size_t program, Outcome outcome);

    /// What it wants to send now; the caller takes it.
    std::vector<worker::protocol::ToCoordinator> outbox;

    [[nodiscard]] const std::vector<Program>& programs() const { return programs_; }
    [[nodiscard]] const std::string& session() const { return session_; }
    /// Refused, or dismissed and everything acknowledged: the process exits.
    [[nodiscard]] bool gone() const;
    /// What was said under this number and is not acknowledged; nullptr if there is none.
    [[nodiscard]] const worker::protocol::ToCoordinator* unacknowledged(std::uint64_t seq) const;

  private:
    void on(const worker::protocol::Welcome& message);
    void on(const worker::protocol::Introduce& message);
    void on(const worker::protocol::Refused& message);
    void on(const worker::protocol::Start& message);
    void on(const worker::protocol::Stop& message);
    void on(const worker::protocol::Ack& message);
    void on(const worker::protocol::Dismiss& message);
    void on(const worker::protocol::Reply& message);

    void say_ended(const worker::protocol::AttemptKey& key, Outcome outcome, const std::string& detail);
    [[nodiscard]] std::vector<worker::protocol::AttemptKey> held() const;

    std::string name_;
    std::string session_;
    int slots_;
    Checkpoints& checkpoints_;
    bool welcome_ = false;
    bool refused_ = false;
    bool dismissed_ = false;
    std::uint64_t seq_ = 0;
    std::vector<Program> programs_;
    std::map<std::uint64_t, std::uint64_t> seen_;  ///< the highest attempt of each trial
    std::map<std::uint64_t, worker::protocol::ToCoordinator> unacknowledged_;
};

}  // namespace quench::orchestrator::core

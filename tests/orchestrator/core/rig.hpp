// A coordinator under test: a clock that the test moves, a journal in memory, and every message that it sends
// put through the codec. After each step the invariants are checked.
#pragma once

#include "orchestrator/core/coordinator.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

namespace protocol = worker::protocol;

/// A study "t" of one float in [0, 1], metric "loss", random search with seed 7, eta 3.
Study small_study(const std::string& scheduler, Resource max);
StudyCreated created_as(Study study);

/// The facts or messages of one kind, in order.
template <class Kind>
std::vector<Kind> facts_of(const std::vector<StampedFact>& facts) {
    std::vector<Kind> found;
    for (const StampedFact& fact : facts)
        if (const auto* kind = std::get_if<Kind>(&fact.fact)) found.push_back(*kind);
    return found;
}
template <class Kind>
std::vector<Kind> sends_of(const Batch& batch, const Peer& peer) {
    std::vector<Kind> found;
    for (const Send& send : batch.sends)
        if (const auto* kind = std::get_if<Kind>(&send.message); kind != nullptr && send.peer == peer)
            found.push_back(*kind);
    return found;
}

class Rig {
  public:
    explicit Rig(Study study, Options options = {});
    /// With a state made by hand, not started.
    Rig(State state, Options options);

    /// One step at `now`; the batch is kept until the next one.
    const Batch& step(const Input& input);
    const Batch& hear(const Peer& peer, protocol::ToCoordinator message);
    /// Peer, worker and session have one name here, except where a test says otherwise.
    const Batch& join(const std::string& worker, int slots = 1, std::vector<protocol::AttemptKey> held = {});
    const Batch& beat(const std::string& worker, std::vector<protocol::AttemptKey> held = {});
    /// Of the trial's last attempt.
    const Batch& report(const std::string& worker, std::uint64_t trial, Resource step, double loss);
    const Batch& report(const std::string& worker, std::uint64_t trial, Resource step,
                        std::map<std::string, double> metrics);
    const Batch& end(const std::string& worker, std::uint64_t trial, Outcome outcome,
                     const std::string& detail = "");
    /// Reports every step up to the target of the running attempt, and ends it.
    void train(const std::string& worker, std::uint64_t trial, double loss);
    const Batch& tick(base::Duration later);
    const Batch& ask(const std::string& verb);
    /// The coordinator dies and another takes the study up.
    const Batch& restart();

    [[nodiscard]] const State& state() const { return coordinator_->state(); }
    [[nodiscard]] const Trial& trial(std::uint64_t number) const { return state().trial(TrialId(number)); }
    [[nodiscard]] const Coordinator& coordinator() const { return *coordinator_; }
    [[nodiscard]] const Batch& last() const { return last_; }
    /// The key of the trial's last attempt, or of an earlier one.
    [[nodiscard]] protocol::AttemptKey key(std::uint64_t trial, std::uint64_t attempt = 0) const;

    template <class Phase>
    [[nodiscard]] bool is(std::uint64_t number) const {
        return std::holds_alternative<Phase>(trial(number).phase);
    }
    [[nodiscard]] const Ended& ended(std::uint64_t number) const {
        return std::get<Ended>(trial(number).phase);
    }

    base::TimePoint now{1'000'000'000};
    std::vector<StampedFact> journal;
    bool verifies = true;  ///< at the end, the journal must be found in order

    ~Rig();
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

  private:
    Options options_;
    std::unique_ptr<Coordinator> coordinator_;
    Batch last_;
    std::uint64_t seq_ = 0;
};

/// Fails the test when a message does not come back from the codec as it was.
void expect_survives_the_wire(const protocol::FromCoordinator& message);
/// The facts as a store gives them back: JSON meanwhile. Fails the test when one is not as it was.
std::vector<StampedFact> read_back(const std::vector<StampedFact>& facts);

}  // namespace quench::orchestrator::core

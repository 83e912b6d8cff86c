// The coordinator as a state machine: inputs in, facts and sends out.
//
// It owns no socket, file, thread or clock. One `step` is: note who spoke (presence), decide what the input
// makes true, apply it, decide what follows until nothing does, and list what should now be under way. The
// caller commits batch.facts in one transaction and only then sends batch.sends.
//
// Told the same inputs at the same times it does the same. Nothing that a peer sends can break an invariant:
// messages about attempts that do not run are dropped by rule and acknowledged, so that they are not sent
// again.
#pragma once

#include "orchestrator/core/batch.hpp"
#include "orchestrator/core/options.hpp"
#include "orchestrator/core/presence.hpp"
#include "orchestrator/core/state.hpp"

namespace quench::orchestrator::core {

class Coordinator {
  public:
    /// `state` is empty for a new study (the first input is then StudySubmitted) or replayed from its
    /// journal.
    Coordinator(State state, Options options);

    void step(const Input& input, base::TimePoint now, Batch& out);

    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] const Presence& presence() const { return presence_; }

    /// The study has ended or is paused, or a shutdown was asked for, and no attempt runs: nothing is left to
    /// do.
    [[nodiscard]] bool done() const;

  private:
    void handle(const StudySubmitted& input);
    void handle(const Started& input);
    void handle(const Received& input);
    void handle(const ProposalComputed& input);
    void handle(const WorkDone& input);
    void handle(const Tick& input);
    void handle(const ShutdownAsked& input);
    void handle(const WorkersAbandoned& input);

    void on(const Peer& peer, const worker::protocol::Hello& message);
    void on(const Peer& peer, const worker::protocol::Heartbeat& message);
    void on(const Peer& peer, const worker::protocol::Report& message);
    void on(const Peer& peer, const worker::protocol::AttemptEnded& message);
    void on(const Peer& peer, const worker::protocol::Goodbye& message);
    void on(const Peer& peer, const worker::protocol::Request& message);

    void record(Fact fact);
    /// By value: the name may be that of the entry which goes.
    void lose(std::string worker, const std::string& reason);
    [[nodiscard]] Circumstances circumstances() const;
    void settle();
    void send_due();
    void send_due_to(const std::string& session);
    /// Notes whose effects a fact that is about to be applied can change.
    template <class AnyFact>
    void touch(const AnyFact& fact);
    void note(std::string text);
    /// The trial whose running attempt the key names, on this peer's session; nothing if it is an old or
    /// foreign one.
    const Trial* running_trial(const Peer& peer, const worker::protocol::AttemptKey& key);

    State state_;
    Options options_;
    Presence presence_;
    // Of the step in progress.
    base::TimePoint now_;
    Batch* out_ = nullptr;
    std::set<std::string> touched_;  ///< sessions whose effects may have changed
    bool everyone_ = false;          ///< all of them: time passed, or the study as a whole changed
};

}  // namespace quench::orchestrator::core

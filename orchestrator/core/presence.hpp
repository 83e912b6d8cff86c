// Who is connected now: the part of the coordinator's knowledge that is not a fact and does not outlive it.
#pragma once

#include "orchestrator/core/input.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace quench::orchestrator::core {

/// The last thing that a worker was told about an attempt.
struct Order {
    enum class Kind { start, stop };
    Kind kind = Kind::start;
    base::TimePoint at;
};

/// One session of a worker that said Hello to this coordinator.
struct Contact {
    std::string worker;
    Peer peer;
    base::TimePoint heard;
    std::set<worker::protocol::AttemptKey> held;  ///< as of its last Hello or Heartbeat
    std::map<worker::protocol::AttemptKey, Order> told;
    std::optional<base::TimePoint> dismissed;
};

struct Presence {
    std::map<std::string, Contact> contacts;  ///< by session
    std::map<Peer, std::string> sessions;     ///< whose connection it is
    base::TimePoint started;  ///< of this coordinator: leases of workers not heard yet count from here
    base::TimePoint last_tick;
    bool computing = false;  ///< the compute thread has an AskJob or Work
    std::optional<std::string> shutdown;

    /// Nothing for a connection that has not said Hello to this coordinator.
    [[nodiscard]] Contact* by_peer(const Peer& peer);
    void forget(const std::string& session);
    /// When the session was last known to live.
    [[nodiscard]] base::TimePoint heard(const std::string& session) const;
};

}  // namespace quench::orchestrator::core

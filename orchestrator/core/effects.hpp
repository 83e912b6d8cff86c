// What should be under way, given facts and presence: sent again until a heartbeat shows it is.
#pragma once

#include "orchestrator/core/batch.hpp"
#include "orchestrator/core/options.hpp"
#include "orchestrator/core/presence.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

/// Why a running attempt should stop now, or nothing.
std::optional<std::string> stop_due(const State& state, const Presence& presence, const Trial& trial);

/// Start, Stop and Dismiss messages that are due to a session; nothing for one that is not connected.
/// Idempotent: it only reads; the caller notes in Contact::told and Contact::dismissed what it sent.
std::vector<Send> effects_due(const std::string& session, const State& state, const Presence& presence,
                              const Options& options, base::TimePoint now);

}  // namespace quench::orchestrator::core

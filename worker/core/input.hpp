// What can happen to a worker's agent.
#pragma once

#include "worker/protocol/message.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace quench::worker::core {

using protocol::AttemptKey;

struct Received {
    protocol::FromCoordinator message;
};

/// A line of standard output that begins with "quench:". Other lines are log and never come here.
struct LineRead {
    AttemptKey key;
    std::string text;
};

struct ProcessStarted {
    AttemptKey key;
    std::int64_t pid = 0;
};

/// Nothing of the attempt runs: program not found, folder not writable, stopped before it began.
struct StartFailed {
    AttemptKey key;
    std::string why;
};

struct Exited {
    int status = 0;
};
struct Signalled {
    int signal = 0;
};
/// The process that watched over the attempt was killed, so how the attempt ended is not known.
struct Unwatched {};

/// The attempt and every process it left are gone, and all its output was read.
struct ProcessEnded {
    AttemptKey key;
    std::variant<Exited, Signalled, Unwatched> how;
    std::string last_output = {};      ///< the end of what it printed, a few kilobytes at most
    int leftovers = 0;                 ///< processes that outlived the main one and were killed
    std::uint64_t log_left_out = 0;    ///< bytes of output beyond the log's bound
    std::uint64_t lines_too_long = 0;  ///< report lines beyond the limit, dropped unread
};

/// Time passes. Every deadline is looked at here.
struct Tick {};

/// SIGTERM, SIGINT, or the parent died. A second one shortens every grace to nothing.
struct TerminateRequested {
    std::string reason;
};

/// The coordinator's process is known to be dead: attempts are ended as by TerminateRequested, and nobody is
/// left to acknowledge anything.
struct CoordinatorDied {
    std::string reason;
};

using Input = std::variant<CoordinatorDied, Received, LineRead, ProcessStarted, StartFailed, ProcessEnded,
                           Tick, TerminateRequested>;

}  // namespace quench::worker::core

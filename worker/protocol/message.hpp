// What coordinator, workers and clients say to each other.
//
// Every message is one ZeroMQ frame: a MessagePack map whose "kind" is the struct's name in snake_case
// (codec.hpp).
//
//   worker                         coordinator
//     Hello  ───────────────────────▶  version and build are compared
//            ◀───────────────────────  Welcome (or Refused: the worker says why and exits)
//     Heartbeat ────────────────────▶  every `heartbeat`; names the attempts it holds
//            ◀───────────────────────  Start, Stop: sent again until heartbeats show them carried out
//     Report, AttemptEnded (seq) ───▶  committed to the journal, then
//            ◀───────────────────────  Ack(seq); what is not acknowledged is sent again
//     Goodbye ──────────────────────▶
//            ◀───────────────────────  Dismiss: the study is over, the worker exits
//
// Everything can arrive twice, late, or never: each message is idempotent by its content (attempt, step,
// seq).
#pragma once

#include "base/time.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace quench::worker::protocol {

/// Raised when a message changes its meaning; both sides refuse another version by name.
inline constexpr int version = 2;

/// Names one run of a trial. A later attempt has a higher number; whatever an older one says is dropped.
struct AttemptKey {
    std::string study;
    std::uint64_t trial = 0;
    std::uint64_t attempt = 0;
    friend auto operator<=>(const AttemptKey&, const AttemptKey&) = default;
};

/// How an attempt ended.
enum class Outcome {
    reached,     ///< exit 0 after reporting the target step
    stopped,     ///< the coordinator asked for it
    preempted,   ///< the worker was told to go; the trial was asked to checkpoint
    lost,        ///< the worker is gone (only the coordinator says this)
    timed_out,   ///< longer than `timeout`, or silent for longer than `stall`
    crashed,     ///< anything else: exit status, signal, exit 0 without the target step, could not start
    diverged,    ///< the objective is not a finite number (only the coordinator says this)
    infeasible,  ///< the program said so
};

// ---- worker to coordinator

struct Hello {
    int version = protocol::version;
    std::string build;
    std::string worker;   ///< its name; a second session of one name replaces the first
    std::string session;  ///< fresh for every start of a worker
    std::string host;
    std::int64_t pid = 0;
    int slots = 1;  ///< ranks that it can run at a time
    std::vector<AttemptKey> held;
    friend bool operator==(const Hello&, const Hello&) = default;
};

struct Heartbeat {
    std::vector<AttemptKey> held;  ///< every attempt started here whose end is not yet acknowledged
    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

struct Report {
    std::uint64_t seq = 0;
    AttemptKey key;
    std::int64_t step = 0;
    std::map<std::string, double> metrics;  ///< may hold NaN and infinities
};
/// Equal bit for bit: a NaN equals itself.
bool operator==(const Report& a, const Report& b);

struct AttemptEnded {
    std::uint64_t seq = 0;
    AttemptKey key;
    Outcome outcome = Outcome::crashed;
    std::string
        detail;  ///< a sentence for `quench show`: "exit status 1", "ignored SIGTERM for 30 s and was killed"
    std::optional<int> exit_status;
    double seconds = 0;  ///< wall time of the process
    friend bool operator==(const AttemptEnded&, const AttemptEnded&) = default;
};

struct Goodbye {
    std::string reason;
    friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

// ---- coordinator to worker

struct Welcome {
    int version = protocol::version;
    std::string build;
    base::Duration heartbeat{};  ///< say Heartbeat this often
    base::Duration lease{};      ///< after this long without one, the worker's attempts are lost
    friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// "I do not know you (I was started anew): say Hello again."
struct Introduce {
    friend bool operator==(const Introduce&, const Introduce&) = default;
};

struct Refused {
    std::string reason;
    friend bool operator==(const Refused&, const Refused&) = default;
};

enum class Launcher { none, mpirun, srun };

/// Start an attempt. One that this session already had (running or ended) is not started again.
struct Start {
    AttemptKey key;
    std::string params;  ///< a JSON object, as it goes into the run file
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::string unit;
    std::uint64_t seed = 0;
    int ranks = 1;
    Launcher launcher = Launcher::none;
    std::vector<std::string>
        command;          ///< with {param.NAME}, {run}, {checkpoint_dir}, {to} still to substitute
    std::string workdir;  ///< the command is started here
    std::string folder;   ///< the trial's own: checkpoint/, ATTEMPT.json (run file), ATTEMPT.log
    /// The folder of another trial: where `folder` has no checkpoint/ yet, that one's is copied there first.
    std::optional<std::string> parent_folder;
    std::optional<base::Duration> timeout;    ///< of the whole attempt
    std::optional<base::Duration> stall;      ///< without a report
    base::Duration grace{};                   ///< between SIGTERM and SIGKILL
    std::optional<base::Duration> time_left;  ///< of the study
    friend bool operator==(const Start&, const Start&) = default;
};

/// End an attempt: SIGTERM, `grace`, SIGKILL. Its AttemptEnded says `stopped`.
struct Stop {
    AttemptKey key;
    std::string reason;
    friend bool operator==(const Stop&, const Stop&) = default;
};

struct Ack {
    std::vector<std::uint64_t> seqs;
    friend bool operator==(const Ack&, const Ack&) = default;
};

struct Dismiss {
    std::string reason;
    friend bool operator==(const Dismiss&, const Dismiss&) = default;
};

// ---- command-line client and coordinator

/// `verb`: pause, resume, cancel, status.
struct Request {
    std::uint64_t id = 0;
    int version = protocol::version;
    std::string verb;
    std::string study;
    friend bool operator==(const Request&, const Request&) = default;
};

struct Reply {
    std::uint64_t id = 0;
    bool ok = true;
    std::string text;  ///< a sentence for the user
    friend bool operator==(const Reply&, const Reply&) = default;
};

using ToCoordinator = std::variant<Hello, Heartbeat, Report, AttemptEnded, Goodbye, Request>;
using FromCoordinator = std::variant<Welcome, Introduce, Refused, Start, Stop, Ack, Dismiss, Reply>;

}  // namespace quench::worker::protocol

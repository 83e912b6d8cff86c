// One attempt, as the agent sees it.
#pragma once

#include "worker/core/batch.hpp"
#include "worker/core/input.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace quench::worker::core {

using base::TimePoint;

/// Why an attempt is being ended.
struct Ending {
    protocol::Outcome outcome = protocol::Outcome::stopped;
    std::string why;
};

//                older attempt of the trial ended
//   Waiting ────────────────────────────────▶ Starting ──▶ Running
//      │                                          │           │  Stop, timeout, stall, infeasible,
//      │ Stop                                     ▼           ▼  the worker is told to go
//      │                                       Stopping (SIGTERM) ──grace──▶ Killing (SIGKILL)
//      │                 process ended, or        │           │                 │
//      └──────────▶ Ended ◀──did not start────────┴───────────┴─────────────────┘
//                     └─ack─▶ forgotten

struct Waiting {
    AttemptKey older;
};
struct Starting {
    TimePoint at;
};
struct Running {
    TimePoint at;
    TimePoint last_report;  ///< or the start
};
struct Stopping {
    TimePoint at;
    Ending ending;
    TimePoint kill_at;
};
struct Killing {
    TimePoint at;
    Ending ending;
    TimePoint again_at;
};
struct Ended {
    std::uint64_t seq = 0;
};
using AttemptState = std::variant<Waiting, Starting, Running, Stopping, Killing, Ended>;

/// What its report lines have said.
struct Tally {
    std::optional<std::int64_t> last_step;
    std::uint64_t out_of_order = 0;  ///< steps that did not rise, or lay beyond `to`
    std::uint64_t malformed = 0;
    std::string first_malformed;
};

enum class Reading { on, paused };

struct Attempt {
    protocol::Start order;
    AttemptState state;
    Tally tally;
    Reading reading = Reading::on;

    /// Whether processes of it may exist.
    [[nodiscard]] bool alive() const {
        return !std::holds_alternative<Waiting>(state) && !std::holds_alternative<Ended>(state);
    }
};

/// The last line of log (not of reports) that says something, of a program that failed; "" if none does.
/// mpirun's notice that it ends the job, between two rules of dashes, is not it.
std::string last_words(std::string_view output);

/// The message that says how the attempt ended; `ending` is set if we ended it.
///
/// `reached` is said of an attempt that reported its target and then exited with 0, also when it was being
/// ended, unless the coordinator asked for that end: what it asked for is then `stopped`.
protocol::AttemptEnded judge(const Attempt& attempt, const std::optional<Ending>& ending,
                             const ProcessEnded& end, base::Duration ran);

}  // namespace quench::worker::core

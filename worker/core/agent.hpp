// The worker's mind: what it starts, ends, says and repeats. All policy of the worker is here.
#pragma once

#include "worker/core/attempt.hpp"
#include "worker/core/batch.hpp"
#include "worker/core/input.hpp"
#include "worker/core/outbox.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace quench::worker::core {

struct AgentOptions {
    std::string name;
    std::string session;
    std::string host;
    std::string build;
    std::int64_t pid = 0;
    int slots = 1;
    std::filesystem::path directory = "/";  ///< relative folders are taken from here

    base::Duration hello_every = std::chrono::seconds(1);  ///< until the coordinator answers
    /// Silence after which Hello is said again: its answer shows that the coordinator lives and knows us,
    /// also when it was started anew and no other message is due.
    base::Duration hello_again_after = std::chrono::seconds(15);
    base::Duration resend_after = std::chrono::seconds(5);  ///< silence while something is unacknowledged
    base::Duration lost_coordinator_after = std::chrono::minutes(10);
    base::Duration farewell = std::chrono::seconds(10);   ///< for the last acknowledgements before Goodbye
    base::Duration kill_again = std::chrono::seconds(5);  ///< a Kill without effect is repeated
    base::Duration kill_patience =
        std::chrono::seconds(30);        ///< then the agent leaves processes that cannot die
    std::size_t window = 512;            ///< items sent and unacknowledged; far below the channel's queue
    std::size_t unacked_reports = 1000;  ///< of one attempt; then its pipe is not read, and it waits
    std::size_t detail_bytes = 4096;     ///< of one AttemptEnded
};

/// A state machine: inputs in, sends and actions out. No socket, file or clock inside; one thread.
///
/// Guarantees, whatever the inputs:
///  * The ranks of all attempts that may have processes never exceed `slots`, and at most one attempt of a
///  trial
///    has processes. An attempt is spawned at most once.
///  * Every Start and Stop of an attempt not known before is answered by exactly one AttemptEnded, which is
///  sent
///    again until it is acknowledged. A Start that does not fit is `preempted`, because that costs the trial
///    nothing (only more ranks than the worker has slots is `crashed`, or it would come back for ever).
///  * No accepted report is forgotten before its acknowledgement, and reports go out in order.
///  * Exit is the last action, and it comes a bounded time after the worker is told to go.
class Agent {
  public:
    Agent(AgentOptions options, TimePoint now);

    void step(const Input& input, TimePoint now, Batch& out);

    [[nodiscard]] std::vector<AttemptKey> held() const;
    [[nodiscard]] int slots_in_use() const;
    [[nodiscard]] const std::map<AttemptKey, Attempt>& attempts() const { return attempts_; }
    [[nodiscard]] const Outbox& outbox() const { return outbox_; }

  private:
    // Session:   Greeting ──Welcome──▶ Serving
    struct Greeting {
        TimePoint hello_at;
    };
    struct Serving {
        base::Duration heartbeat;
        TimePoint heartbeat_at;
        TimePoint hello_at;
    };
    // Presence:  Staying ──told to go──▶ Leaving ──ends acknowledged, or patience over──▶ Gone
    struct Staying {};
    struct Leaving {
        std::string reason;
        int code = 0;
        TimePoint give_up_at;
        std::optional<TimePoint> farewell_at;  ///< set when the last process is gone
    };
    struct Gone {};

    void on(const Received& input, TimePoint now, Batch& out);
    void on(const LineRead& input, TimePoint now, Batch& out);
    void on(const ProcessStarted& input, TimePoint now, Batch& out);
    void on(const StartFailed& input, TimePoint now, Batch& out);
    void on(const ProcessEnded& input, TimePoint now, Batch& out);
    void on(const Tick& input, TimePoint now, Batch& out);
    void on(const CoordinatorDied& input, TimePoint now, Batch& out);
    void on(const TerminateRequested& input, TimePoint now, Batch& out);

    void hear(const protocol::Welcome& message, TimePoint now, Batch& out);
    void hear(const protocol::Introduce& message, TimePoint now, Batch& out);
    void hear(const protocol::Refused& message, TimePoint now, Batch& out);
    void hear(const protocol::Start& message, TimePoint now, Batch& out);
    void hear(const protocol::Stop& message, TimePoint now, Batch& out);
    void hear(const protocol::Ack& message, TimePoint now, Batch& out);
    void hear(const protocol::Dismiss& message, TimePoint now, Batch& out);
    void hear(const protocol::Reply& message, TimePoint now, Batch& out);

    void hello(Batch& out);
    void begin(Attempt& attempt, TimePoint now, Batch& out);
    void stop(Attempt& attempt, Ending ending, TimePoint now, Batch& out);
    void kill(Attempt& attempt, TimePoint now, Batch& out);
    void finish(Attempt& attempt, protocol::AttemptEnded end);
    void finish(Attempt& attempt, Ending ending);
    void begin_the_waiting(TimePoint now, Batch& out);
    void look_at_deadlines(Attempt& attempt, TimePoint now, Batch& out);
    void leave(Ending ending, int code, TimePoint now, Batch& out);
    void go_if_done(TimePoint now, Batch& out);
    void choose_reading(Attempt& attempt, Batch& out);
    /// True once: the attempt is above every attempt of its trial heard of before.
    bool is_new(const AttemptKey& key);
    [[nodiscard]] int ranks_reserved(const protocol::Start& start) const;
    [[nodiscard]] Attempt* find_alive(const AttemptKey& key);

    AgentOptions options_;
    std::variant<Greeting, Serving> session_;
    std::variant<Staying, Leaving, Gone> presence_;
    std::map<AttemptKey, Attempt> attempts_;
    /// The highest attempt of each trial heard of in this session: what is not above it is not started.
    std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> highest_;
    Outbox outbox_;
    TimePoint last_heard_;
    TimePoint last_progress_;  ///< when the outbox was last acknowledged, rewound or begun
};

}  // namespace quench::worker::core

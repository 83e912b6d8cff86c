#include "worker/core/agent.hpp"

#include "trainer/contract/report_line.hpp"
#include "worker/core/launch.hpp"

#include <algorithm>

namespace quench::worker::core {
namespace {

using protocol::Outcome;

/// Cut at a character's begin, so that the text stays UTF-8.
std::string cut(std::string text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
    text.resize(bytes);
    return text + "...";
}

std::optional<Ending> ending_of(const AttemptState& state) {
    if (const auto* s = std::get_if<Stopping>(&state)) return s->ending;
    if (const auto* k = std::get_if<Killing>(&state)) return k->ending;
    return std::nullopt;
}

std::optional<TimePoint> begin_of(const AttemptState& state) {
    return std::visit(
        [](const auto& s) -> std::optional<TimePoint> {
            if constexpr (requires { s.at; })
                return s.at;
            else
                return std::nullopt;
        },
        state);
}

}  // namespace

Agent::Agent(AgentOptions options, TimePoint now)
    : options_(std::move(options)),
      session_(Greeting{now}),
      outbox_(options_.window),
      last_heard_(now),
      last_progress_(now) {}

void Agent::step(const Input& input, TimePoint now, Batch& out) {
    if (std::holds_alternative<Gone>(presence_)) return;
    const bool was_empty = outbox_.empty();
    std::visit([&](const auto& i) { on(i, now, out); }, input);
    if (was_empty) last_progress_ = now;
    begin_the_waiting(now, out);
    for (auto& [key, attempt] : attempts_) choose_reading(attempt, out);
    if (std::holds_alternative<Serving>(session_)) outbox_.flush(out.sends);
    go_if_done(now, out);
}

std::vector<AttemptKey> Agent::held() const {
    std::vector<AttemptKey> out;
    for (const auto& [key, attempt] : attempts_) out.push_back(key);
    return out;
}

int Agent::slots_in_use() const {
    int used = 0;
    for (const auto& [key, attempt] : attempts_)
        if (attempt.alive()) used += attempt.order.ranks;
    return used;
}

// ---- what happens

void Agent::on(const Received& input, TimePoint now, Batch& out) {
    last_heard_ = now;
    // Before the Welcome nothing is an order: it may be meant for somebody this coordinator knew.
    const bool greeting = std::holds_alternative<Greeting>(session_);
    std::visit(
        [&](const auto& message) {
            using Message = std::decay_t<decltype(message)>;
            constexpr bool answers_hello = std::is_same_v<Message, protocol::Welcome> ||
                                           std::is_same_v<Message, protocol::Refused> ||
                                           std::is_same_v<Message, protocol::Dismiss>;
            if (answers_hello || !greeting) hear(message, now, out);
        },
        input.message);
}

void Agent::on(const LineRead& input, TimePoint now, Batch& out) {
    Attempt* attempt = find_alive(input.key);
    if (attempt == nullptr) return;
    Tally& tally = attempt->tally;
    namespace contract = trainer::contract;
    const auto line = contract::parse_report_line(input.text);
    if (const auto* report = std::get_if<contract::Report>(&line)) {
        if (report->step > attempt->order.to || (tally.last_step && report->step <= *tally.last_step)) {
            ++tally.out_of_order;
            return;
        }
        tally.last_step = report->step;
        if (auto* running = std::get_if<Running>(&attempt->state)) running->last_report = now;
        outbox_.add(protocol::Report{0, input.key, report->step, report->metrics});
    } else if (const auto* infeasible = std::get_if<contract::Infeasible>(&line)) {
        if (!ending_of(attempt->state)) stop(*attempt, {Outcome::infeasible, infeasible->why}, now, out);
    } else if (const auto* malformed = std::get_if<contract::Malformed>(&line)) {
        if (tally.malformed++ == 0) tally.first_malformed = malformed->why + ": " + cut(input.text, 200);
    }
}

void Agent::on(const ProcessStarted& input, TimePoint now, Batch&) {
    Attempt* attempt = find_alive(input.key);
    if (attempt != nullptr && std::holds_alternative<Starting>(attempt->state))
        attempt->state = Running{std::get<Starting>(attempt->state).at, now};
}

void Agent::on(const StartFailed& input, TimePoint, Batch&) {
    Attempt* attempt = find_alive(input.key);
    if (attempt == nullptr) return;
    const auto ending = ending_of(attempt->state);
    finish(*attempt, ending ? Ending{ending->outcome, ending->why + "; it had not begun"}
                            : Ending{Outcome::crashed, "could not start: " + input.why});
}

void Agent::on(const ProcessEnded& input, TimePoint now, Batch&) {
    Attempt* attempt = find_alive(input.key);
    if (attempt == nullptr) return;
    const auto ran = now - begin_of(attempt->state).value_or(now);
    finish(*attempt, judge(*attempt, ending_of(attempt->state), input, ran));
}

void Agent::on(const Tick&, TimePoint now, Batch& out) {
    for (auto& [key, attempt] : attempts_) look_at_deadlines(attempt, now, out);
    if (auto* greeting = std::get_if<Greeting>(&session_)) {
        if (now >= greeting->hello_at) {
            greeting->hello_at = now + options_.hello_every;
            hello(out);
        }
    } else {
        auto& serving = std::get<Serving>(session_);
        if (now >= serving.hello_at && now - last_heard_ >= options_.hello_again_after) {
            serving.hello_at = now + options_.hello_again_after;
            hello(out);
        }
        if (now >= serving.heartbeat_at) {
            serving.heartbeat_at = now + serving.heartbeat;
            out.sends.emplace_back(protocol::Heartbeat{held()});
        }
        if (!outbox_.empty() && now - last_progress_ >= options_.resend_after) {
            outbox_.rewind();
            last_progress_ = now;
        }
    }
    if (std::holds_alternative<Staying>(presence_) && now - last_heard_ >= options_.lost_coordinator_after)
        leave({Outcome::preempted,
               "no word from the coordinator for " + base::to_text(options_.lost_coordinator_after)},
              std::holds_alternative<Greeting>(session_) ? 1 : 0, now, out);
}

void Agent::on(const CoordinatorDied& input, TimePoint now, Batch& out) {
    session_ = Greeting{now + options_.hello_every};  // as one who was never welcomed: it waits for no answer
    leave({Outcome::preempted, "the worker was told to go: " + input.reason}, 0, now, out);
}

void Agent::on(const TerminateRequested& input, TimePoint now, Batch& out) {
    if (!std::holds_alternative<Leaving>(presence_)) {
        leave({Outcome::preempted, "the worker was told to go: " + input.reason}, 0, now, out);
        return;
    }
    for (auto& [key, attempt] : attempts_)
        if (std::holds_alternative<Stopping>(attempt.state)) kill(attempt, now, out);
    auto& leaving = std::get<Leaving>(presence_);
    leaving.give_up_at = std::min(leaving.give_up_at, now + options_.farewell);
}

// ---- what the coordinator says

void Agent::hear(const protocol::Welcome& message, TimePoint now, Batch& out) {
    if (message.version != protocol::version) {
        leave({Outcome::preempted, "the coordinator speaks protocol version " +
                                       std::to_string(message.version) + ", this worker " +
                                       std::to_string(protocol::version)},
              1, now, out);
        return;
    }
    // At least a millisecond, so that a coordinator's zero is no storm.
    const auto every = std::max(message.heartbeat, base::Duration(std::chrono::milliseconds(1)));
    session_ = Serving{every, now, now};
    outbox_.rewind();
    last_progress_ = now;
}

// It was started anew and knows nobody: as at the beginning, Hello until it answers.
void Agent::hear(const protocol::Introduce&, TimePoint now, Batch& out) {
    session_ = Greeting{now + options_.hello_every};
    hello(out);
}

void Agent::hear(const protocol::Refused& message, TimePoint now, Batch& out) {
    leave({Outcome::preempted, "the coordinator refuses this worker: " + cut(message.reason, 500)}, 1, now,
          out);
}

void Agent::hear(const protocol::Start& message, TimePoint now, Batch& out) {
    if (!is_new(message.key)) return;
    Attempt& attempt = attempts_.emplace(message.key, Attempt{message, Waiting{}, {}}).first->second;
    if (message.ranks > options_.slots)
        return finish(attempt, {Outcome::crashed, "needs " + std::to_string(message.ranks) +
                                                      " ranks, but worker " + options_.name + " has " +
                                                      std::to_string(options_.slots) + " slots"});
    if (!std::holds_alternative<Staying>(presence_))
        return finish(attempt, {Outcome::preempted, "the worker is leaving"});
    const int reserved = ranks_reserved(message);
    if (message.ranks > options_.slots - reserved)
        return finish(attempt, {Outcome::preempted, "worker " + options_.name + " has " +
                                                        std::to_string(options_.slots - reserved) + " of " +
                                                        std::to_string(options_.slots) + " slots free"});
    for (auto& [key, other] : attempts_) {
        if (key.study != message.key.study || key.trial != message.key.trial || key == message.key) continue;
        const Ending over{Outcome::stopped,
                          "attempt " + std::to_string(message.key.attempt) + " of the trial takes over"};
        if (std::holds_alternative<Waiting>(other.state))
            finish(other, over);
        else if (other.alive() && !ending_of(other.state))
            stop(other, over, now, out);
    }
}

void Agent::hear(const protocol::Stop& message, TimePoint now, Batch& out) {
    const Ending ending{Outcome::stopped, cut(message.reason, 500)};
    const auto found = attempts_.find(message.key);
    if (found != attempts_.end()) {
        if (std::holds_alternative<Waiting>(found->second.state))
            finish(found->second, ending);
        else if (found->second.alive() && !ending_of(found->second.state))
            stop(found->second, ending, now, out);
        return;
    }
    // The Start was lost and will not be heard any more. Without an answer the coordinator would wait for
    // ever.
    if (!is_new(message.key)) return;
    protocol::Start order;
    order.key = message.key;
    auto& attempt = attempts_.emplace(message.key, Attempt{order, Waiting{}, {}}).first->second;
    finish(attempt, {Outcome::stopped, ending.why + "; it had not begun"});
}

void Agent::hear(const protocol::Ack& message, TimePoint now, Batch&) {
    for (const auto seq : message.seqs) {
        if (!outbox_.acknowledge(seq)) continue;
        last_progress_ = now;
        std::erase_if(attempts_, [&](const auto& entry) {
            const auto* ended = std::get_if<Ended>(&entry.second.state);
            return ended != nullptr && ended->seq == seq;
        });
    }
}

void Agent::hear(const protocol::Dismiss& message, TimePoint now, Batch& out) {
    leave({Outcome::stopped, "dismissed: " + cut(message.reason, 500)}, 0, now, out);
}

void Agent::hear(const protocol::Reply&, TimePoint, Batch&) {}  // for command-line clients

// ---- what is done

void Agent::hello(Batch& out) {
    protocol::Hello message;
    message.build = options_.build;
    message.worker = options_.name;
    message.session = options_.session;
    message.host = options_.host;
    message.pid = options_.pid;
    message.slots = options_.slots;
    message.held = held();
    out.sends.emplace_back(std::move(message));
}

void Agent::begin(Attempt& attempt, TimePoint now, Batch& out) {
    auto spawn = spawn_for(attempt.order, options_.directory);
    if (!spawn) return finish(attempt, {Outcome::crashed, "could not start: " + spawn.error().text()});
    attempt.state = Starting{now};
    out.actions.emplace_back(std::move(*spawn));
}

void Agent::begin_the_waiting(TimePoint now, Batch& out) {
    for (auto& [key, attempt] : attempts_) {
        if (!std::holds_alternative<Waiting>(attempt.state)) continue;
        const bool blocked = std::ranges::any_of(attempts_, [&](const auto& entry) {
            return entry.first.study == key.study && entry.first.trial == key.trial && entry.second.alive();
        });
        if (!blocked) begin(attempt, now, out);
    }
}

void Agent::stop(Attempt& attempt, Ending ending, TimePoint now, Batch& out) {
    attempt.state = Stopping{*begin_of(attempt.state), std::move(ending), now + attempt.order.grace};
    out.actions.emplace_back(Terminate{attempt.order.key});
}

void Agent::kill(Attempt& attempt, TimePoint now, Batch& out) {
    attempt.state = Killing{*begin_of(attempt.state), *ending_of(attempt.state), now + options_.kill_again};
    out.actions.emplace_back(Kill{attempt.order.key});
}

void Agent::finish(Attempt& attempt, Ending ending) {
    protocol::AttemptEnded end;
    end.key = attempt.order.key;
    end.outcome = ending.outcome;
    end.detail = std::move(ending.why);
    finish(attempt, std::move(end));
}

void Agent::finish(Attempt& attempt, protocol::AttemptEnded end) {
    end.detail = cut(std::move(end.detail), options_.detail_bytes);
    attempt.state = Ended{outbox_.add(std::move(end))};
}

void Agent::look_at_deadlines(Attempt& attempt, TimePoint now, Batch& out) {
    const auto begun = begin_of(attempt.state);
    if (!begun) return;
    if (const auto* stopping = std::get_if<Stopping>(&attempt.state)) {
        if (now >= stopping->kill_at) kill(attempt, now, out);
    } else if (const auto* killing = std::get_if<Killing>(&attempt.state)) {
        if (now >= killing->again_at) kill(attempt, now, out);
    } else if (const auto& timeout = attempt.order.timeout; timeout && now - *begun >= *timeout) {
        stop(attempt, {Outcome::timed_out, "ran longer than " + base::to_text(*timeout)}, now, out);
    } else if (auto* running = std::get_if<Running>(&attempt.state)) {
        const auto& stall = attempt.order.stall;
        // A program that waits because we do not read is not stalled.
        if (attempt.reading == Reading::paused)
            running->last_report = now;
        else if (stall && now - running->last_report >= *stall)
            stop(attempt, {Outcome::timed_out, "no report for " + base::to_text(*stall)}, now, out);
    }
}

void Agent::leave(Ending ending, int code, TimePoint now, Batch& out) {
    if (!std::holds_alternative<Staying>(presence_)) return;
    base::Duration grace{};
    for (auto& [key, attempt] : attempts_) {
        if (std::holds_alternative<Waiting>(attempt.state))
            finish(attempt, ending);
        else if (attempt.alive() && !ending_of(attempt.state))
            stop(attempt, ending, now, out);
        if (attempt.alive()) grace = std::max(grace, attempt.order.grace);
    }
    presence_ = Leaving{ending.why, code, now + grace + options_.kill_patience, std::nullopt};
}

void Agent::go_if_done(TimePoint now, Batch& out) {
    auto* leaving = std::get_if<Leaving>(&presence_);
    if (leaving == nullptr) return;
    const bool quiet =
        std::ranges::none_of(attempts_, [](const auto& entry) { return entry.second.alive(); });
    if (quiet && !leaving->farewell_at) leaving->farewell_at = now + options_.farewell;
    // Nobody answers a worker that was never welcomed or is refused.
    const bool nobody = std::holds_alternative<Greeting>(session_) || leaving->code != 0;
    const bool done = quiet && (outbox_.empty() || nobody || now >= *leaving->farewell_at);
    if (!done && now < leaving->give_up_at) return;
    Exit exit{leaving->code, leaving->reason};
    if (!outbox_.empty())
        exit.reason += "; " + std::to_string(outbox_.size()) + " reports were not acknowledged";
    if (!quiet) exit.reason += "; processes that cannot be killed are left behind";
    if (std::holds_alternative<Serving>(session_)) out.sends.emplace_back(protocol::Goodbye{leaving->reason});
    out.actions.emplace_back(std::move(exit));
    presence_ = Gone{};
}

void Agent::choose_reading(Attempt& attempt, Batch& out) {
    if (!attempt.alive()) return;
    // Twice as much while it is being ended: a program must not miss its grace because a pipe is full.
    const auto bound = options_.unacked_reports * (ending_of(attempt.state) ? 2 : 1);
    const auto kept = outbox_.reports_of(attempt.order.key);
    if (attempt.reading == Reading::on && kept >= bound) {
        attempt.reading = Reading::paused;
        out.actions.emplace_back(PauseReading{attempt.order.key});
    } else if (attempt.reading == Reading::paused && (kept <= bound / 2)) {
        attempt.reading = Reading::on;
        out.actions.emplace_back(ResumeReading{attempt.order.key});
    }
}

bool Agent::is_new(const AttemptKey& key) {
    const auto [place, first] = highest_.try_emplace({key.study, key.trial}, key.attempt);
    if (!first && key.attempt <= place->second) return false;
    place->second = key.attempt;
    return true;
}

int Agent::ranks_reserved(const protocol::Start& start) const {
    // One attempt of a trial runs at a time, so a trial needs the largest of its attempts.
    std::map<std::pair<std::string, std::uint64_t>, int> ranks;
    for (const auto& [key, attempt] : attempts_) {
        if (std::holds_alternative<Ended>(attempt.state) || key == start.key) continue;
        auto& most = ranks[{key.study, key.trial}];
        most = std::max(most, attempt.order.ranks);
    }
    ranks.erase({start.key.study, start.key.trial});
    int sum = 0;
    for (const auto& [trial, most] : ranks) sum += most;
    return sum;
}

Attempt* Agent::find_alive(const AttemptKey& key) {
    const auto found = attempts_.find(key);
    return found != attempts_.end() && found->second.alive() ? &found->second : nullptr;
}

}  // namespace quench::worker::core

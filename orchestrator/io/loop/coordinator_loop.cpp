#include "orchestrator/io/loop/coordinator_loop.hpp"

#include "orchestrator/io/loop/clock.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fmt/format.h>

namespace quench::orchestrator::io {

CoordinatorLoop::CoordinatorLoop(core::Coordinator& coordinator, store::Store& store, Router& router,
                                 Signals& signals, LocalWorkers* workers, LoopOptions options,
                                 LoopHooks hooks)
    : coordinator_(coordinator),
      store_(store),
      router_(router),
      signals_(signals),
      workers_(workers),
      options_(options),
      hooks_(std::move(hooks)) {}

base::Result<LoopEnd> CoordinatorLoop::run() {
    for (;;) {
        const std::array descriptors{signals_.fd(), compute_.fd()};
        const base::TimePoint before = now();
        router_.wait(descriptors, std::clamp(next_tick_ - before, base::Duration(0), options_.tick));

        const base::TimePoint turn = now();
        core::Batch batch;
        obey_signals(turn, batch);
        if (leave_now_) return LoopEnd::interrupted;
        listen(turn, batch);
        if (auto computed = compute_.take()) coordinator_.step(*computed, turn, batch);
        const bool paused = coordinator_.state().phase == core::StudyPhase::paused;
        if (paused && options_.on_pause == LoopOptions::OnPause::leave && coordinator_.done()) {
            coordinator_.step(core::ShutdownAsked{"the study is paused"}, turn, batch);
        }
        if (turn >= next_tick_ || next_tick_ - turn > options_.tick) {  // the latter: the clock was set back
            coordinator_.step(core::Tick{}, turn, batch);
            next_tick_ = turn + options_.tick;
            if (auto held = hooks_.keep_lock(turn); !held) return held.error();
        }
        if (auto committed = commit_and_send(batch); !committed) return committed.error();
        hooks_.turn(batch.facts, coordinator_, turn);
        const bool stays =
            paused && options_.on_pause == LoopOptions::OnPause::stay && !coordinator_.presence().shutdown;
        if (!coordinator_.done() || stays) continue;
        if (!leaving_since_) leaving_since_ = turn;
        if (farewell_over(turn)) return interrupts_ > 0 ? LoopEnd::interrupted : LoopEnd::done;
    }
}

void CoordinatorLoop::listen(base::TimePoint now, core::Batch& batch) {
    for (std::size_t i = 0; i < options_.messages_per_turn; ++i) {
        const auto incoming = router_.receive();
        if (!incoming) break;
        auto message = worker::protocol::decode_to_coordinator(incoming->frame);
        if (message) {
            coordinator_.step(core::Received{incoming->peer, std::move(message).value()}, now, batch);
        } else if (++malformed_;
                   (malformed_ & (malformed_ - 1)) == 0) {  // the 1st, 2nd, 4th, 8th, ...: bounded noise
            hooks_.log(fmt::format("dropped a malformed message ({}; {} so far)", message.error().text(),
                                   malformed_));
        }
    }
    for (const std::string& refusal : router_.refusals()) hooks_.log(refusal);
}

void CoordinatorLoop::obey_signals(base::TimePoint now, core::Batch& batch) {
    while (const auto signal = signals_.take()) {
        if (*signal == SIGINT || *signal == SIGTERM) {
            const bool leave_trials =
                *signal == SIGTERM && options_.on_terminate == LoopOptions::OnTerminate::leave_trials;
            if (++interrupts_ > 1 || leave_trials) {
                leave_now_ = true;
                return;
            }
            hooks_.log("stopping: trials checkpoint and end (once more to leave at once)");
            coordinator_.step(core::ShutdownAsked{"the coordinator was asked to stop"}, now, batch);
        }
    }
    if (workers_ == nullptr) return;
    const bool ending = coordinator_.done() || coordinator_.presence().shutdown.has_value();
    for (const std::string& line : workers_->look_after(now, ending)) hooks_.log(line);
}

base::Result<> CoordinatorLoop::commit_and_send(core::Batch& batch) {
    if (!batch.facts.empty()) {
        auto committed = store_.append(coordinator_.state().study().name, batch.facts);
        if (!committed) return committed.error();
    }
    for (const core::Send& send : batch.sends)
        router_.send(send.peer, worker::protocol::encode(send.message));
    if (batch.ask) compute_.submit(std::move(*batch.ask));
    if (batch.work) compute_.submit(std::move(batch.work));
    for (const std::string& note : batch.notes) hooks_.log(note);
    return base::success();
}

bool CoordinatorLoop::farewell_over(base::TimePoint now) const {
    const bool everyone_left =
        coordinator_.presence().contacts.empty() && (workers_ == nullptr || workers_->all_gone());
    return everyone_left || now - *leaving_since_ > options_.farewell;
}

}  // namespace quench::orchestrator::io

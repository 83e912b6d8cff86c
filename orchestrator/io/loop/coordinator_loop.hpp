// The event loop around the coordinator: reads doors into inputs, commits a turn's facts, then sends.
//
// It holds no policy but the order of these steps. One thread; expensive asks go to the compute thread.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/coordinator.hpp"
#include "orchestrator/io/loop/compute_thread.hpp"
#include "orchestrator/io/loop/local_workers.hpp"
#include "orchestrator/io/loop/signals.hpp"
#include "orchestrator/io/zmq/router.hpp"
#include "orchestrator/store/store.hpp"

#include <functional>
#include <optional>
#include <string>

namespace quench::orchestrator::io {

struct LoopOptions {
    base::Duration tick = std::chrono::milliseconds(250);
    /// Messages taken in one turn: all share one transaction; more would delay their acknowledgement.
    std::size_t messages_per_turn = 1000;
    /// How long the end waits for workers to say goodbye.
    base::Duration farewell = std::chrono::seconds(5);
    enum class OnPause { leave, stay } on_pause = OnPause::leave;
    /// What SIGTERM means: stop trials and end (run), or end and let the workers train on (serve).
    enum class OnTerminate { stop_trials, leave_trials } on_terminate = OnTerminate::stop_trials;
};

struct LoopHooks {
    std::function<base::Result<>(base::TimePoint)> keep_lock;
    std::function<void(const std::vector<core::StampedFact>&, const core::Coordinator&, base::TimePoint)>
        turn;
    std::function<void(const std::string&)> log;
};

enum class LoopEnd {
    done,         ///< the study ended or is paused
    interrupted,  ///< a user asked for the end; the study is to be resumed
};

class CoordinatorLoop {
  public:
    /// `workers` may be null. Everything outlives the loop.
    CoordinatorLoop(core::Coordinator& coordinator, store::Store& store, Router& router, Signals& signals,
                    LocalWorkers* workers, LoopOptions options, LoopHooks hooks);

    /// Until the study is done or a signal ends it. The error: the store failed, or another coordinator took
    /// the database over.
    base::Result<LoopEnd> run();

  private:
    void listen(base::TimePoint now, core::Batch& batch);
    void obey_signals(base::TimePoint now, core::Batch& batch);
    base::Result<> commit_and_send(core::Batch& batch);
    [[nodiscard]] bool farewell_over(base::TimePoint now) const;

    core::Coordinator& coordinator_;
    store::Store& store_;
    Router& router_;
    Signals& signals_;
    LocalWorkers* workers_;
    LoopOptions options_;
    LoopHooks hooks_;
    ComputeThread compute_;
    base::TimePoint next_tick_;
    std::optional<base::TimePoint> leaving_since_;
    int interrupts_ = 0;
    bool leave_now_ = false;
    std::uint64_t malformed_ = 0;
};

}  // namespace quench::orchestrator::io

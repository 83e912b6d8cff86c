// The compute thread: expensive asks run here over a copy, so that heartbeats never wait for a model fit.
#pragma once

#include "orchestrator/core/batch.hpp"

#include <memory>
#include <optional>

namespace quench::orchestrator::io {

/// One thread, one job at a time. The owner's thread submits and takes; nothing else is shared.
class ComputeThread {
  public:
    ComputeThread();
    /// Waits for the job in hand, whose answer is thrown away.
    ~ComputeThread();
    ComputeThread(const ComputeThread&) = delete;
    ComputeThread& operator=(const ComputeThread&) = delete;

    /// Only when the answer of the job before was taken.
    void submit(core::AskJob job);

    /// Readable when an answer is there.
    [[nodiscard]] int fd() const;
    std::optional<core::ProposalComputed> take();

  private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace quench::orchestrator::io

// The compute thread: expensive asks and the fits that verdicts wait for run here, so that heartbeats never
// wait for a model.
#pragma once

#include "orchestrator/core/batch.hpp"

#include <memory>
#include <optional>
#include <variant>

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
    using Job = std::variant<core::AskJob, std::shared_ptr<const search::scheduler::Work>>;
    void submit(Job job);

    /// Readable when an answer is there.
    [[nodiscard]] int fd() const;
    std::optional<core::Input> take();

  private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

}  // namespace quench::orchestrator::io

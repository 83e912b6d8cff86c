// Signals as events of the loop.
#pragma once

#include "worker/io/descriptor.hpp"

#include <optional>
#include <vector>

namespace quench::orchestrator::io {

/// Blocks these signals for the process and delivers them through a descriptor. To be made before any thread
/// is, so that every thread inherits the mask; children must unblock them (unblock_signals) before exec.
class Signals {
  public:
    explicit Signals(const std::vector<int>& signals);

    [[nodiscard]] int fd() const { return descriptor_.get(); }
    /// The number of the next signal that came, or nothing.
    std::optional<int> take();

  private:
    worker::io::Descriptor descriptor_;
};

/// In a child, before exec. Async-signal-safe.
void unblock_signals();

}  // namespace quench::orchestrator::io

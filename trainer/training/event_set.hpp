// The events of a training, in memory, as the network takes them.
#pragma once

#include "trainer/event/generator.hpp"
#include "trainer/mlpf/loss.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace quench::trainer::training {

/// Events by number. Every rank holds all of them: it then knows how many elements and particles a global
/// batch has without asking, and which rank trains on which event may change from epoch to epoch.
class EventSet {
  public:
    /// `count` generated events, numbered from `first`.
    EventSet(const event::GeneratorOptions& options, std::uint64_t first, std::size_t count);

    [[nodiscard]] std::size_t size() const { return events_.size(); }
    /// Elements and particles of an event.
    [[nodiscard]] const mlpf::LossSums& counts(std::size_t event) const { return counts_[event]; }
    /// These events, stacked.
    [[nodiscard]] mlpf::Batch<float> stack(std::span<const std::size_t> events) const;

  private:
    std::vector<mlpf::Batch<float>> events_;
    std::vector<mlpf::LossSums> counts_;
};

}  // namespace quench::trainer::training

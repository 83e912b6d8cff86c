// The events of a training as the network takes them.
#pragma once

#include "trainer/data/source.hpp"
#include "trainer/mlpf/loss.hpp"

#include <memory>
#include <span>
#include <vector>

namespace quench::trainer::training {

/// Events by number, read from their source when they are asked for. Every rank knows the sizes of all of
/// them: so it knows how many elements and particles a global batch has without asking, and which rank trains
/// on which event may change from epoch to epoch.
class EventSet {
  public:
    explicit EventSet(std::shared_ptr<const data::EventSource> source);

    [[nodiscard]] std::size_t size() const { return counts_.size(); }
    [[nodiscard]] mlpf::Index feature_columns() const;
    /// Elements and particles of an event.
    [[nodiscard]] const mlpf::LossSums& counts(std::size_t event) const { return counts_[event]; }
    /// These events, stacked. Throws std::runtime_error if one cannot be read.
    /// Safe to call from several threads.
    [[nodiscard]] mlpf::Batch<float> stack(std::span<const std::size_t> events) const;

  private:
    std::shared_ptr<const data::EventSource> source_;
    std::vector<mlpf::LossSums> counts_;
};

}  // namespace quench::trainer::training

// Some events of another source.
#pragma once

#include "base/contract.hpp"
#include "trainer/data/source.hpp"

#include <memory>

namespace quench::trainer::data {

/// Events first .. first + count - 1 of `whole`.
class Subset final : public EventSource {
  public:
    Subset(std::shared_ptr<const EventSource> whole, std::size_t first, std::size_t count)
        : whole_(std::move(whole)), first_(first), count_(count) {
        QUENCH_CHECK(first + count <= whole_->size(), "beyond the events that there are");
    }
    [[nodiscard]] event::Detector detector() const override { return whole_->detector(); }
    [[nodiscard]] std::size_t size() const override { return count_; }
    [[nodiscard]] Counts counts(std::size_t i) const override { return whole_->counts(first_ + i); }
    [[nodiscard]] base::Result<event::Event> read(std::size_t i) const override {
        return whole_->read(first_ + i);
    }

  private:
    std::shared_ptr<const EventSource> whole_;
    std::size_t first_;
    std::size_t count_;
};

}  // namespace quench::trainer::data

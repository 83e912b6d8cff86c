// Generated events, kept in memory.
#pragma once

#include "trainer/data/source.hpp"
#include "trainer/event/generator.hpp"

#include <cstdint>
#include <vector>

namespace quench::trainer::data {

/// `count` events of the generator, numbered from `first`; made at once, so that no epoch waits for them.
class GeneratedEvents final : public EventSource {
  public:
    GeneratedEvents(const event::GeneratorOptions& options, std::uint64_t first, std::size_t count);

    [[nodiscard]] event::Detector detector() const override { return event::Detector::delphes; }
    [[nodiscard]] std::size_t size() const override { return events_.size(); }
    [[nodiscard]] Counts counts(std::size_t i) const override { return counts_[i]; }
    /// Never fails.
    [[nodiscard]] base::Result<event::Event> read(std::size_t i) const override { return events_[i]; }

  private:
    std::vector<event::Event> events_;
    std::vector<Counts> counts_;
};

}  // namespace quench::trainer::data

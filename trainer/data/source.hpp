// Where a training's events come from.
#pragma once

#include "base/result.hpp"
#include "trainer/event/event.hpp"

#include <cstddef>

namespace quench::trainer::data {

/// What an event adds to the sizes that a loss is divided by.
struct Counts {
    std::size_t elements = 0;
    std::size_t particles = 0;  ///< rows whose target is of a class other than none

    friend bool operator==(const Counts&, const Counts&) = default;
};

/// The counts of an event in memory.
inline Counts count(const event::Event& event) {
    Counts counts{event.rows, 0};
    for (std::size_t row = 0; row < event.rows; ++row)
        if (event.targets[row * event::target_columns] != 0) ++counts.particles;
    return counts;
}

/// Events by number, however they are kept. Const and safe to call from several threads.
class EventSource {
  public:
    EventSource() = default;
    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;
    virtual ~EventSource() = default;

    [[nodiscard]] virtual event::Detector detector() const = 0;
    [[nodiscard]] virtual std::size_t size() const = 0;
    /// Without reading the event. `i` < size().
    [[nodiscard]] virtual Counts counts(std::size_t i) const = 0;
    /// `i` < size(). Fails if what the event is kept in cannot be read or holds nonsense.
    [[nodiscard]] virtual base::Result<event::Event> read(std::size_t i) const = 0;
};

}  // namespace quench::trainer::data

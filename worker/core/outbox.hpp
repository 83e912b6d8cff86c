// Reports and ends that the coordinator has not acknowledged yet.
#pragma once

#include "worker/protocol/message.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <variant>
#include <vector>

namespace quench::worker::core {

/// Keeps every item until its acknowledgement, in order. Numbers rise by one and are never used twice.
///
///   kept:   [ sent, waiting for its ack (at most `window`) | not sent yet ]
///                                                           ^ cursor
class Outbox {
  public:
    using Item = std::variant<protocol::Report, protocol::AttemptEnded>;

    explicit Outbox(std::size_t window) : window_(window) {}

    /// Keeps the item and returns the number it was given.
    std::uint64_t add(Item item);
    /// Forgets the item; true if there was one.
    bool acknowledge(std::uint64_t seq);
    /// Hands out what may be sent now.
    void flush(std::vector<protocol::ToCoordinator>& sends);
    /// Everything counts as not sent: the next flush begins again with the oldest.
    void rewind();

    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] std::size_t reports_of(const protocol::AttemptKey& key) const;
    [[nodiscard]] const std::map<std::uint64_t, Item>& items() const { return items_; }

  private:
    std::map<std::uint64_t, Item> items_;
    std::map<protocol::AttemptKey, std::size_t> reports_;
    std::size_t window_;
    std::size_t in_flight_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t cursor_ = 1;
};

}  // namespace quench::worker::core

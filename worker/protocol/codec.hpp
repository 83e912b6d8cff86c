// MessagePack on the wire. Decoding never throws and never aborts, whatever the bytes.
#pragma once

#include "base/result.hpp"
#include "worker/protocol/message.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quench::worker::protocol {

/// What a peer may send, so that no message can exhaust the memory of the other side.
struct Limits {
    std::size_t frame_bytes =
        1 << 20;                       ///< a Start with a large configuration is ~10 kB; a hundredfold margin
    std::size_t text_bytes = 1 << 16;  ///< one string
    std::size_t list_items = 1 << 14;  ///< held attempts, metrics, acknowledgements
    std::size_t nesting = 8;           ///< depth of maps and arrays; ours have 3
};

using Frame = std::vector<std::uint8_t>;

Frame encode(const ToCoordinator& message);
Frame encode(const FromCoordinator& message);

/// The error says which field was missing, of the wrong type, too long or out of range.
base::Result<ToCoordinator> decode_to_coordinator(std::span<const std::uint8_t> frame,
                                                  const Limits& limits = {});
base::Result<FromCoordinator> decode_from_coordinator(std::span<const std::uint8_t> frame,
                                                      const Limits& limits = {});

std::string_view to_text(Outcome outcome);
base::Result<Outcome> outcome_from_text(std::string_view text);

/// "hello", "report", ... for logs.
std::string_view kind_of(const ToCoordinator& message);
std::string_view kind_of(const FromCoordinator& message);

}  // namespace quench::worker::protocol

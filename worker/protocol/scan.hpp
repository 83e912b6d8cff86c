// A look over MessagePack bytes before they are parsed.
//
// The parser behind it recurses once a nesting level and believes the lengths it reads; after this scan
// both are bounded. It keeps no more than one small entry a nesting level, and never recurses.
#pragma once

#include "base/result.hpp"
#include "worker/protocol/codec.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace quench::worker::protocol {

/// Succeeds when `frame` is exactly one MessagePack value within `limits`; the error names the field of the
/// outermost map in which the trouble is.
base::Result<> scan(std::span<const std::uint8_t> frame, const Limits& limits);

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// `text` with every byte that is no part of well-formed UTF-8 replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);

}  // namespace quench::worker::protocol

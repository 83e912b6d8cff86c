#include "worker/protocol/scan.hpp"

#include <string>
#include <vector>

namespace quench::worker::protocol {
namespace {

enum class Shape { scalar, text, bytes, array, map, unknown };

/// The first byte of a value: what follows it. `fixed` is the payload when `length_bytes` is 0.
struct Head {
    Shape shape = Shape::unknown;
    unsigned length_bytes = 0;
    std::size_t fixed = 0;
};

Head head_of(std::uint8_t b) {
    if (b <= 0x7f || b >= 0xe0) return {Shape::scalar, 0, 0};
    if (b <= 0x8f) return {Shape::map, 0, b & 0x0fU};
    if (b <= 0x9f) return {Shape::array, 0, b & 0x0fU};
    if (b <= 0xbf) return {Shape::text, 0, b & 0x1fU};
    switch (b) {
        case 0xc0:
        case 0xc2:
        case 0xc3:
            return {Shape::scalar, 0, 0};
        case 0xc4:
        case 0xc7:
            return {Shape::bytes, 1, 0};
        case 0xc5:
        case 0xc8:
            return {Shape::bytes, 2, 0};
        case 0xc6:
        case 0xc9:
            return {Shape::bytes, 4, 0};
        case 0xcc:
        case 0xd0:
            return {Shape::scalar, 0, 1};
        case 0xcd:
        case 0xd1:
            return {Shape::scalar, 0, 2};
        case 0xca:
        case 0xce:
        case 0xd2:
            return {Shape::scalar, 0, 4};
        case 0xcb:
        case 0xcf:
        case 0xd3:
            return {Shape::scalar, 0, 8};
        case 0xd4:
            return {Shape::bytes, 0, 2};  // fixext: a type byte, then 1, 2, 4, 8 or 16
        case 0xd5:
            return {Shape::bytes, 0, 3};
        case 0xd6:
            return {Shape::bytes, 0, 5};
        case 0xd7:
            return {Shape::bytes, 0, 9};
        case 0xd8:
            return {Shape::bytes, 0, 17};
        case 0xd9:
            return {Shape::text, 1, 0};
        case 0xda:
            return {Shape::text, 2, 0};
        case 0xdb:
            return {Shape::text, 4, 0};
        case 0xdc:
            return {Shape::array, 2, 0};
        case 0xdd:
            return {Shape::array, 4, 0};
        case 0xde:
            return {Shape::map, 2, 0};
        case 0xdf:
            return {Shape::map, 4, 0};
        default:
            return {};  // 0xc1, never used
    }
}

struct Open {
    Shape shape;
    std::size_t left;  ///< values, keys included
};

std::string named(std::string_view field, const std::string& what) {
    if (field.empty() || !is_utf8(field)) return what;
    return "field '" + std::string(field.substr(0, 40)) + "': " + what;
}

}  // namespace

base::Result<> scan(std::span<const std::uint8_t> frame, const Limits& limits) {
    if (frame.size() > limits.frame_bytes)
        return base::Error("a frame of " + std::to_string(frame.size()) + " bytes (at most " +
                           std::to_string(limits.frame_bytes) + ")");
    std::vector<Open> open;
    std::string_view field;
    std::size_t at = 0;
    const auto bad = [&](const std::string& what) { return base::Error(named(field, what)); };
    const auto cut = [&] { return bad("cut short at byte " + std::to_string(at)); };
    do {
        if (at >= frame.size()) return cut();
        const std::uint8_t first = frame[at++];
        const Head head = head_of(first);
        if (head.shape == Shape::unknown) return bad("byte 0xc1 is no MessagePack");
        std::size_t size = head.fixed;
        if (head.length_bytes > 0) {
            if (frame.size() - at < head.length_bytes) return cut();
            size = 0;
            for (unsigned i = 0; i < head.length_bytes; ++i) size = size << 8 | frame[at++];
            if (first >= 0xc7 && first <= 0xc9) ++size;  // the type byte of an ext
        }
        const bool container = head.shape == Shape::array || head.shape == Shape::map;
        const bool is_key = open.size() == 1 && open[0].shape == Shape::map && open[0].left % 2 == 0;
        if (!open.empty()) --open.back().left;
        if (container) {
            if (size > limits.list_items)
                return bad("a list of " + std::to_string(size) + " items (at most " +
                           std::to_string(limits.list_items) + ")");
            if (open.size() >= limits.nesting)
                return bad("nested deeper than " + std::to_string(limits.nesting));
            open.push_back({head.shape, head.shape == Shape::map ? 2 * size : size});
        } else {
            if (head.shape != Shape::scalar && size > limits.text_bytes)
                return bad("a text of " + std::to_string(size) + " bytes (at most " +
                           std::to_string(limits.text_bytes) + ")");
            if (frame.size() - at < size) return cut();
            if (head.shape == Shape::text) {
                const std::string_view text(reinterpret_cast<const char*>(frame.data()) + at, size);
                if (is_key) field = text;
                if (!is_utf8(text)) return bad("a text that is not UTF-8");
            }
            at += size;
        }
        while (!open.empty() && open.back().left == 0) open.pop_back();
    } while (!open.empty());
    if (at != frame.size())
        return base::Error(std::to_string(frame.size() - at) + " bytes after the message");
    return base::success();
}

namespace {

/// How many bytes the well-formed character at the front of `text` has; 0 when there is none.
std::size_t utf8_character(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned b = byte(0);
    if (b < 0x80) return 1;
    if (b >= 0xc2 && b <= 0xdf) return tail(1) ? 2 : 0;
    if (b >= 0xe0 && b <= 0xef)
        return tail(1, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf) && tail(2) ? 3 : 0;
    if (b >= 0xf0 && b <= 0xf4)
        return tail(1, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf) && tail(2) && tail(3) ? 4 : 0;
    return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t n = utf8_character(text);
        if (n == 0) return false;
        text.remove_prefix(n);
    }
    return true;
}

std::string repaired_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t n = utf8_character(text);
        if (n == 0)
            out += "\xef\xbf\xbd";
        else
            out += text.substr(0, n);
        text.remove_prefix(n == 0 ? 1 : n);
    }
    return out;
}

}  // namespace quench::worker::protocol

#include "worker/protocol/message.hpp"

#include <algorithm>
#include <bit>

namespace quench::worker::protocol {

bool operator==(const Report& a, const Report& b) {
    const auto same = [](const auto& x, const auto& y) {
        return x.first == y.first &&
               std::bit_cast<std::uint64_t>(x.second) == std::bit_cast<std::uint64_t>(y.second);
    };
    return a.seq == b.seq && a.key == b.key && a.step == b.step &&
           std::ranges::equal(a.metrics, b.metrics, same);
}

}  // namespace quench::worker::protocol

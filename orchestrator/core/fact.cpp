#include "orchestrator/core/fact.hpp"

#include <algorithm>
#include <bit>

namespace quench::orchestrator::core {

bool operator==(const Reported& a, const Reported& b) {
    const auto same = [](const auto& x, const auto& y) {
        return x.first == y.first &&
               std::bit_cast<std::uint64_t>(x.second) == std::bit_cast<std::uint64_t>(y.second);
    };
    return a.trial == b.trial && a.attempt == b.attempt && a.step == b.step &&
           std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(), same);
}

}  // namespace quench::orchestrator::core

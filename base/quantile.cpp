#include "base/quantile.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cstddef>

namespace quench::base {

double quantile(std::span<const double> sorted, double share) {
    QUENCH_CHECK(!sorted.empty() && share >= 0 && share <= 1, "no values, or no share of them");
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto i = static_cast<std::size_t>(place);
    const double below = sorted[i], above = sorted[std::min(i + 1, sorted.size() - 1)];
    const double part = place - static_cast<double>(i);
    // Without the first case infinity would become NaN, and equal values would differ by rounding.
    return part == 0 || below == above ? below : below * (1 - part) + above * part;
}

}  // namespace quench::base

#include "search/scheduler/standing.hpp"

#include <cmath>
#include <limits>

namespace quench::search::scheduler {

Result make_result(double value, TrialId trial) {
    return {std::isfinite(value) ? value : std::numeric_limits<double>::infinity(), trial};
}

std::optional<double> finite_value_at(const Standing& standing, std::size_t rank) {
    const auto result = standing.at_rank(rank);
    if (!result || !std::isfinite(result->value)) return std::nullopt;
    return result->value;
}

}  // namespace quench::search::scheduler

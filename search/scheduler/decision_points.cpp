#include "search/scheduler/decision_points.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {

std::vector<Resource> decision_points(Resource from, Resource target, const std::vector<double>& shares) {
    std::vector<Resource> points;
    for (const double share : shares) {
        const auto length = static_cast<Resource>(std::ceil(static_cast<double>(target - from) * share));
        const Resource at = from + std::max<Resource>(1, length);
        if (at < target && (points.empty() || at > points.back())) points.push_back(at);
    }
    return points;
}

}  // namespace quench::search::scheduler

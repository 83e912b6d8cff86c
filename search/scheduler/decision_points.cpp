#include "search/scheduler/decision_points.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {

std::vector<Resource> decision_points(Resource from, Resource target, const std::vector<double>& shares,
                                      Resource spacing) {
    std::vector<Resource> points;
    for (const double share : shares) {
        const auto length = static_cast<Resource>(std::ceil(static_cast<double>(target - from) * share));
        const Resource at = from + std::max<Resource>(1, length);
        const Resource last = points.empty() ? from : points.back();
        if (at + spacing <= target && at - last >= spacing) points.push_back(at);
    }
    return points;
}

Resource spacing_for(double start_cost) {
    return static_cast<Resource>(std::ceil(1 + 3 * start_cost));
}

}  // namespace quench::search::scheduler

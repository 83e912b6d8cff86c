#include "search/pareto.hpp"

#include "base/contract.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace quench::search {
namespace {

/// Two objectives: a staircase.
double area(std::vector<Values>& points, const Values& reference) {
    std::sort(points.begin(), points.end());
    double sum = 0, lowest = reference[1];
    for (const Values& point : points) {
        if (point[1] >= lowest) continue;
        sum += (reference[0] - point[0]) * (lowest - point[1]);
        lowest = point[1];
    }
    return sum;
}

}  // namespace

bool dominates(const Values& a, const Values& b) {
    bool better = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] > b[i]) return false;
        better = better || a[i] < b[i];
    }
    return better;
}

namespace {

/// Of `open`, in lexicographic order: those that no other dominates. Who dominates a point comes before it,
/// and is dominated by a member of the front if it is no member itself.
std::vector<std::size_t> first_front(std::span<const Values> points, const std::vector<std::size_t>& open) {
    std::vector<std::size_t> front;
    for (const std::size_t i : open)
        if (std::none_of(front.begin(), front.end(),
                         [&](std::size_t other) { return dominates(points[other], points[i]); }))
            front.push_back(i);
    return front;
}

std::vector<std::size_t> lexicographic(std::span<const Values> points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
    return order;
}

}  // namespace

std::vector<std::size_t> fronts_of(std::span<const Values> points) {
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> front(points.size(), none);
    std::vector<std::size_t> open = lexicographic(points);
    for (std::size_t number = 0; !open.empty(); ++number) {
        for (const std::size_t i : first_front(points, open)) front[i] = number;
        std::erase_if(open, [&](std::size_t i) { return front[i] != none; });
    }
    return front;
}

std::vector<std::size_t> pareto_front(std::span<const Values> points) {
    auto front = first_front(points, lexicographic(points));
    std::sort(front.begin(), front.end());
    return front;
}

std::vector<double> crowding_of(std::span<const Values> points) {
    std::vector<double> crowding(points.size(), 0);
    if (points.empty()) return crowding;
    std::vector<std::size_t> order(points.size());
    for (std::size_t objective = 0; objective < points[0].size(); ++objective) {
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return points[a][objective] < points[b][objective];
        });
        const double spread = points[order.back()][objective] - points[order.front()][objective];
        crowding[order.front()] = crowding[order.back()] = std::numeric_limits<double>::infinity();
        if (!(spread > 0)) continue;
        for (std::size_t i = 1; i + 1 < order.size(); ++i)
            crowding[order[i]] +=
                (points[order[i + 1]][objective] - points[order[i - 1]][objective]) / spread;
    }
    return crowding;
}

double hypervolume(std::vector<Values> points, const Values& reference) {
    const std::size_t objectives = reference.size();
    QUENCH_CHECK(objectives > 0, "a volume needs an objective");
    std::erase_if(points, [&](const Values& point) {
        for (std::size_t i = 0; i < objectives; ++i)
            if (!(point[i] < reference[i])) return true;
        return false;
    });
    if (points.empty()) return 0;
    if (objectives == 1) return reference[0] - (*std::min_element(points.begin(), points.end()))[0];
    if (objectives == 2) return area(points, reference);
    // From one point's last objective to the next, all points so far command the same slice.
    const std::size_t last = objectives - 1;
    std::sort(points.begin(), points.end(),
              [&](const Values& a, const Values& b) { return a[last] < b[last]; });
    const Values base(reference.begin(), reference.end() - 1);
    std::vector<Values> below;
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        below.emplace_back(points[i].begin(), points[i].end() - 1);
        const double top = i + 1 < points.size() ? points[i + 1][last] : reference[last];
        if (top > points[i][last]) sum += hypervolume(below, base) * (top - points[i][last]);
    }
    return sum;
}

std::vector<std::size_t> by_hypervolume(std::span<const Values> points, const Values& reference,
                                        std::size_t most_taken) {
    std::vector<std::size_t> left(points.size());
    std::iota(left.begin(), left.end(), 0);
    std::vector<std::size_t> order;
    std::vector<Values> taken;
    while (!left.empty() && order.size() < most_taken) {
        std::size_t best = 0;
        double most = -1;
        for (std::size_t i = 0; i < left.size(); ++i) {
            taken.push_back(points[left[i]]);
            const double with = hypervolume(taken, reference);
            taken.pop_back();
            if (with <= most) continue;
            most = with;
            best = i;
        }
        taken.push_back(points[left[best]]);
        order.push_back(left[best]);
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    }
    return order;
}

Values reference_beyond(std::span<const Values> points) {
    Values worst, best;
    for (const Values& point : points) {
        if (worst.empty()) worst = best = point;
        for (std::size_t i = 0; i < point.size(); ++i) {
            worst[i] = std::max(worst[i], point[i]);
            best[i] = std::min(best[i], point[i]);
        }
    }
    for (std::size_t i = 0; i < worst.size(); ++i) {
        const double spread = worst[i] - best[i];
        worst[i] += 0.1 * (spread > 0 ? spread : std::max(std::abs(worst[i]), 1e-9));
    }
    return worst;
}

}  // namespace quench::search

#include "search/scheduler/chances.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

/// Draws that all share: what no movement of a study's few shows happens all the same. Of those whom 500
/// draws gave no chance .014 (MLPF) to .028 (PTB) would have been among the best.
constexpr double shared_draws = 20;

/// Median of at least one value; of an even number the upper.
double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

double recent_best(std::span<const double> curve) {
    const auto lately = curve.last(std::min<std::size_t>(curve.size(), 3));
    return *std::min_element(lately.begin(), lately.end());
}

Trend trend_of(std::span<const Movement> movements) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i < movements.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double run = movements[i].now - movements[j].now;
            const double slope = (movements[i].then - movements[j].then) / run;
            if (std::isfinite(slope)) slopes.push_back(slope);
        }
    Trend trend;
    if (slopes.size() >= 3) trend.slope = median(std::move(slopes));
    std::vector<double> rests;
    for (const Movement& movement : movements) rests.push_back(movement.then - trend.slope * movement.now);
    if (!rests.empty()) trend.intercept = median(std::move(rests));
    return trend;
}

std::vector<double> disturbances(std::span<const Movement> movements, const Trend& trend) {
    const double slope = std::max(trend.slope, 0.1);
    std::vector<double> all;
    for (const Movement& movement : movements)
        all.push_back((movement.then - trend.intercept) / slope - movement.now);
    if (all.empty()) return all;
    const double middle = median(all);
    for (double& one : all) one -= middle;
    return all;
}

double spread_of(std::vector<double> values) {
    if (values.size() < 4) return 0;
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        const double place = share * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        return values[below] + (place - static_cast<double>(below)) * (values[below + 1] - values[below]);
    };
    return at(0.75) - at(0.25);
}

std::vector<double> chances(std::span<const Contender> contenders, std::size_t places, std::uint64_t key,
                            std::size_t draws) {
    struct Blur {
        double widening = 1;
        double width = 0;
    };
    std::vector<Blur> blurs;
    for (const Contender& contender : contenders) {
        const auto& all = *contender.disturbances;
        std::vector<double> sizes;
        for (const double one : all) sizes.push_back(std::abs(one));
        const auto count = static_cast<double>(all.size());
        const double widening = std::sqrt(1 + 2 / count);
        blurs.push_back({widening, 0.5 * widening * median(std::move(sizes)) * std::pow(count, -0.2)});
    }
    std::vector<std::size_t> wins(contenders.size());
    std::vector<double> drawn(contenders.size());
    base::Rng rng(key, "chances to be among the best");
    for (std::size_t draw = 0; draw < draws; ++draw) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const auto& all = *contenders[i].disturbances;
            const double moved =
                blurs[i].widening * all[rng.below(all.size())] + blurs[i].width * rng.normal();
            drawn[i] = contenders[i].value + contenders[i].unit * moved;
        }
        std::vector<double> order = drawn;
        const auto last = order.begin() + static_cast<std::ptrdiff_t>(std::min(places, order.size()) - 1);
        std::nth_element(order.begin(), last, order.end());
        for (std::size_t i = 0; i < contenders.size(); ++i)
            if (drawn[i] <= *last) ++wins[i];
    }
    std::vector<double> shares;
    const double share =
        static_cast<double>(std::min(places, contenders.size())) / static_cast<double>(contenders.size());
    for (const std::size_t won : wins)
        shares.push_back((static_cast<double>(won) + shared_draws * share) /
                         (static_cast<double>(draws) + shared_draws));
    return shares;
}

}  // namespace quench::search::scheduler

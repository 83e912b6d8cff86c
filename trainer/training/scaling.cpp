#include "trainer/training/scaling.hpp"

#include "base/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace quench::trainer::training {
namespace {

// The least width of 1, 2, 5, 10, 20 ... that needs at most ten bins.
std::size_t round_width(std::size_t range) {
    constexpr std::size_t most_bins = 10;
    for (std::size_t decade = 1;; decade *= 10)
        for (const std::size_t factor : {1U, 2U, 5U})
            if (factor * decade * most_bins >= range) return factor * decade;
}

}  // namespace

std::optional<double> fitted_exponent(std::span<const Cost> costs) {
    double n = 0, sum_x = 0, sum_y = 0, least = INFINITY, most = 0;
    const auto each = [&](auto visit) {
        for (const Cost& cost : costs)
            if (cost.elements > 0 && cost.value > 0)
                visit(std::log(static_cast<double>(cost.elements)), std::log(cost.value));
    };
    each([&](double x, double y) {
        n += 1;
        sum_x += x;
        sum_y += y;
        least = std::min(least, x);
        most = std::max(most, x);
    });
    if (n < 2 || most - least < std::log(2.0) - 1e-12) return std::nullopt;
    double xx = 0, xy = 0;
    each([&](double x, double y) {
        xx += (x - sum_x / n) * (x - sum_x / n);
        xy += (x - sum_x / n) * (y - sum_y / n);
    });
    return xy / xx;
}

std::vector<SizeBin> by_size(std::span<const Cost> costs) {
    if (costs.empty()) return {};
    const auto [least, most] = std::ranges::minmax_element(costs, {}, &Cost::elements);
    const std::size_t width = round_width(most->elements - least->elements + 1);
    std::map<std::size_t, std::vector<Cost>> bins;
    for (const Cost& cost : costs) bins[cost.elements / width].push_back(cost);
    std::vector<SizeBin> out;
    for (const auto& [number, members] : bins) {
        std::vector<double> values;
        double sum = 0, elements = 0;
        for (const Cost& cost : members) {
            values.push_back(cost.value);
            sum += cost.value;
            elements += static_cast<double>(cost.elements);
        }
        std::ranges::sort(values);
        out.push_back({.from = number * width,
                       .to = (number + 1) * width,
                       .events = members.size(),
                       .median = base::quantile(values, 0.5),
                       .p95 = base::quantile(values, 0.95),
                       .per_1000 = elements > 0 ? 1000 * sum / elements : 0});
    }
    return out;
}

}  // namespace quench::trainer::training

#include "trainer/metrics/rows.hpp"

#include <algorithm>
#include <cmath>

namespace quench::trainer::metrics {
namespace {

constexpr std::size_t pt = 2, eta = 3, sin_phi = 4, cos_phi = 5, energy = 6;

bool is_particle(std::span<const float> row) {
    return std::ranges::all_of(row, [](float x) { return std::isfinite(x); }) && row[0] >= 1 &&
           row[0] < static_cast<float>(event::categories) && row[pt] >= 0 && row[energy] >= 0;
}

}  // namespace

Rows usable_rows(std::span<const float> rows) {
    Rows out{.values = {rows.begin(), rows.end()}};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::span row = std::span(out.values).subspan(i * event::target_columns, event::target_columns);
        if (!is_particle(row)) {
            out.unusable += row[0] == 0 ? 0 : 1;
            std::ranges::fill(row, 0.0F);
            continue;
        }
        row[0] = std::floor(row[0]);
        const double length = std::hypot(double{row[sin_phi]}, double{row[cos_phi]});
        row[sin_phi] = length > 0 ? static_cast<float>(row[sin_phi] / length) : 0.0F;
        row[cos_phi] = length > 0 ? static_cast<float>(row[cos_phi] / length) : 1.0F;
    }
    return out;
}

float value_of(const float* row, Quantity quantity) {
    return row[quantity == Quantity::pt ? pt : quantity == Quantity::eta ? eta : energy];
}

std::optional<double> relative_difference(double reconstructed, double truth) {
    constexpr double cut = 10;
    if (truth == 0) return std::nullopt;
    return std::clamp((reconstructed - truth) / truth, -cut, cut);
}

EventSums sums_of(const Rows& rows) {
    EventSums out;
    double px = 0, py = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const float* const row = rows.row(i);
        if (row[0] == 0) continue;
        out.energy += row[energy];
        px += double{row[pt]} * row[cos_phi];
        py += double{row[pt]} * row[sin_phi];
    }
    out.missing_pt = std::hypot(px, py);
    return out;
}

}  // namespace quench::trainer::metrics

#include "orchestrator/core/state.hpp"

#include <algorithm>
#include <cmath>

namespace quench::orchestrator::core {

bool Point::finite() const {
    return std::isfinite(value) &&
           std::all_of(others.begin(), others.end(), [](double other) { return std::isfinite(other); });
}

const Point* Trial::result() const {
    const auto found =
        std::find_if(curve.rbegin(), curve.rend(), [](const Point& point) { return point.finite(); });
    return found == curve.rend() ? nullptr : &*found;
}

std::optional<double> Trial::value() const {
    const Point* point = result();
    return point ? std::optional(point->value) : std::nullopt;
}

bool Trial::diverged() const {
    return !curve.empty() && !curve.back().finite();
}

bool better(Direction direction, double a, double b) {
    return direction == Direction::minimize ? a < b : a > b;
}

std::string ending_text(const State& state) {
    if (!state.ending) return "";
    const std::string& reason = state.ending->reason;
    return state.proposals_ended ? reason + "; " + *state.proposals_ended : reason;
}

}  // namespace quench::orchestrator::core

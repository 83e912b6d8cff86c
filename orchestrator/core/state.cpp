#include "orchestrator/core/state.hpp"

#include <cmath>

namespace quench::orchestrator::core {

std::optional<double> Trial::value() const {
    for (auto point = curve.rbegin(); point != curve.rend(); ++point) {
        if (std::isfinite(point->value)) return point->value;
    }
    return std::nullopt;
}

bool Trial::diverged() const {
    return !curve.empty() && !std::isfinite(curve.back().value);
}

bool better(Direction direction, double a, double b) {
    return direction == Direction::minimize ? a < b : a > b;
}

}  // namespace quench::orchestrator::core

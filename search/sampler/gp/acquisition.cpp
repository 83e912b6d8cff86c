#include "search/sampler/gp/acquisition.hpp"

#include "search/sampler/gp/expected_improvement.hpp"
#include "search/sampler/gp/minimize.hpp"
#include "search/sampler/qmc/sobol.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::sampler {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr std::uint64_t most_tried_cells = 16;  ///< of an axis; of more, the neighbours

/// A point near another: some axes are moved, by a width that is drawn from 0.001 to 0.3 of the axis.
space::Point neighbour(const space::Encoding& encoding, const space::Point& centre, base::Rng& rng) {
    space::Point point = centre;
    const double width = 0.3 * std::pow(300.0, -rng.uniform());
    const auto axes = static_cast<double>(point.size());
    const double share = rng.uniform() < 0.5 ? 1 : std::min(1.0, 2 / axes);
    for (std::size_t axis = 0; axis < point.size(); ++axis) {
        if (std::isnan(point[axis])) {
            point[axis] = rng.uniform();
            continue;
        }
        if (rng.uniform() >= share) continue;
        const auto& cells = encoding.axes()[axis].cells;
        if (encoding.axes()[axis].relation == space::Relation::nominal) {
            if (rng.uniform() < 0.3) point[axis] = rng.uniform();
            continue;
        }
        // A discrete coordinate moves by a cell or it does not move at all.
        const double step = cells ? std::max(width, 1 / static_cast<double>(*cells)) : width;
        point[axis] = std::clamp(point[axis] + step * rng.normal(), 0.0, 1.0);
    }
    return point;
}

}  // namespace

double Acquisition::value(const space::Point& point) const {
    const auto [mean, deviation] = process_->at(point);
    const double log_seconds = cost_ ? cost_->deviation * cost_->process->at(point).mean : 0;
    return log_expected_improvement(mean, deviation, incumbent_).value - log_seconds;
}

Acquisition::Found Acquisition::judged(space::Point point) const {
    const double found = value(encoding_->snap(point));
    return {std::move(point), found};
}

std::vector<Acquisition::Found> Acquisition::candidates(std::span<const space::Point> best, std::size_t count,
                                                        base::Rng& rng) const {
    std::vector<Found> found;
    const std::uint64_t scramble = rng.bits();
    const std::size_t spread = best.empty() ? count : count / 2;
    for (std::size_t i = 0; i < spread; ++i)
        found.push_back(judged(sobol_point(scramble, i, encoding_->dimensions())));
    for (std::size_t i = spread; i < count; ++i)
        found.push_back(judged(neighbour(*encoding_, best[i % best.size()], rng)));
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.value > b.value; });
    return found;
}

/// Discrete ordered axes are relaxed on the way and snapped at the end.
Acquisition::Found Acquisition::climb(const Found& start, int iterations) const {
    const space::Point snapped = encoding_->snap(start.point);
    std::vector<std::size_t> movable;
    for (std::size_t axis = 0; axis < snapped.size(); ++axis)
        if (!std::isnan(snapped[axis]) && encoding_->axes()[axis].relation != space::Relation::nominal)
            movable.push_back(axis);
    if (movable.empty()) return start;
    const auto n = static_cast<Index>(movable.size());
    VectorXd from(n);
    for (Index i = 0; i < n; ++i) from[i] = snapped[movable[static_cast<std::size_t>(i)]];
    space::Point point = snapped;
    VectorXd mean_gradient, deviation_gradient, cost_gradient, ignored;
    const auto place = [&](const VectorXd& x) {
        for (Index i = 0; i < n; ++i) point[movable[static_cast<std::size_t>(i)]] = x[i];
    };
    const Differentiable function = [&](const VectorXd& x, VectorXd& gradient) {
        place(x);
        const auto [mean, deviation] = process_->at(point, mean_gradient, deviation_gradient);
        const auto improvement = log_expected_improvement(mean, deviation, incumbent_);
        double log_seconds = 0;
        if (cost_) log_seconds = cost_->deviation * cost_->process->at(point, cost_gradient, ignored).mean;
        gradient.resize(n);
        for (Index i = 0; i < n; ++i) {
            const auto axis = static_cast<Index>(movable[static_cast<std::size_t>(i)]);
            gradient[i] = -improvement.by_mean * mean_gradient[axis] -
                          improvement.by_deviation * deviation_gradient[axis];
            if (cost_) gradient[i] += cost_->deviation * cost_gradient[axis];
        }
        return log_seconds - improvement.value;
    };
    const Minimum top = minimize(function, from, {VectorXd::Zero(n), VectorXd::Ones(n)}, iterations);
    Found found{start.point, 0};
    for (Index i = 0; i < n; ++i) found.point[movable[static_cast<std::size_t>(i)]] = top.x[i];
    found = judged(std::move(found.point));
    return found.value > start.value ? found : start;
}

/// One pass over the discrete axes: every value of small ones, the neighbours on large ones.
Acquisition::Found Acquisition::try_values(Found found) const {
    for (std::size_t axis = 0; axis < encoding_->dimensions(); ++axis) {
        const auto& cells = encoding_->axes()[axis].cells;
        if (!cells || *cells < 2) continue;
        const std::uint64_t own = encoding_->cell(axis, found.point[axis]);
        const bool all = *cells <= most_tried_cells;
        const std::uint64_t low = all || own == 0 ? (all ? 0 : own) : own - 1;
        const std::uint64_t high = all ? *cells - 1 : std::min(own + 1, *cells - 1);
        for (std::uint64_t cell = low; cell <= high; ++cell) {
            if (cell == own) continue;
            space::Point other = found.point;
            other[axis] = encoding_->centre(axis, cell);
            Found tried = judged(std::move(other));
            if (tried.value > found.value) found = std::move(tried);
        }
    }
    return found;
}

space::Point Acquisition::maximise(std::span<const space::Point> best, const Effort& effort,
                                   base::Rng& rng) const {
    auto starts = candidates(best, effort.candidates, rng);
    Found top = starts.front();
    for (std::size_t i = 0; i < std::min(effort.climbs, starts.size()); ++i) {
        const Found found = try_values(climb(starts[i], effort.iterations));
        if (found.value > top.value) top = found;
    }
    return encoding_->snap(top.point);
}

}  // namespace quench::search::sampler

#include "predictor/anneal/lattice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace quench::predictor::anneal {
namespace {

/// Whether a symmetric matrix plus `shift` on its diagonal has a Cholesky factor.
bool positive_definite(std::vector<double> matrix, std::size_t n, double shift) {
    for (std::size_t j = 0; j < n; ++j) {
        double* const row_j = matrix.data() + j * n;
        double pivot = row_j[j] + shift;
        for (std::size_t k = 0; k < j; ++k) pivot -= row_j[k] * row_j[k];
        if (!(pivot > 0)) return false;
        row_j[j] = std::sqrt(pivot);
        for (std::size_t i = j + 1; i < n; ++i) {
            double* const row_i = matrix.data() + i * n;
            double sum = row_i[j];
            for (std::size_t k = 0; k < j; ++k) sum -= row_i[k] * row_j[k];
            row_i[j] = sum / row_j[j];
        }
    }
    return true;
}

/// The smallest shift, within a factor of 1.1, that makes a matrix positive definite.
double convex_shift(const std::vector<double>& matrix, std::size_t n) {
    double largest = 0;  // of the row sums: no eigenvalue is below minus this (Gershgorin)
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += std::abs(matrix[i * n + j]);
        largest = std::max(largest, sum);
    }
    double enough = 1.0001 * largest + std::numeric_limits<double>::min(), less = 1e-12 * largest;
    if (largest == 0 || positive_definite(matrix, n, less)) return less;
    while (enough > 1.1 * less) {
        const double between = std::sqrt(enough * less);
        (positive_definite(matrix, n, between) ? enough : less) = between;
    }
    return enough;
}

/// Vertices of the lower convex hull of (value, cost) within a range (Andrew 1979).
void lower_hull(std::span<const Level> levels, Range range, std::vector<Level>& hull) {
    hull.clear();
    for (std::uint32_t i = range.lo; i <= range.hi; ++i) {
        const Level& next = levels[i];
        while (hull.size() > 1) {
            const Level &a = hull[hull.size() - 2], &b = hull.back();
            if ((b.cost - a.cost) * (next.value - b.value) < (next.cost - b.cost) * (b.value - a.value))
                break;
            hull.pop_back();
        }
        hull.push_back(next);
    }
}

/// argmin of curvature v^2 / 2 + slope v + hull(v), curvature > 0.
double least_on(const std::vector<Level>& hull, double curvature, double slope) {
    for (std::size_t k = 0; k + 1 < hull.size(); ++k) {
        const double rise = (hull[k + 1].cost - hull[k].cost) / (hull[k + 1].value - hull[k].value);
        const double stationary = -(slope + rise) / curvature;
        if (stationary <= hull[k].value) return hull[k].value;
        if (stationary < hull[k + 1].value) return stationary;
    }
    return hull.back().value;
}

double dual_bound(const std::vector<std::vector<Level>>& hulls, const std::vector<double>& beta,
                  const std::vector<double>& fields) {
    double bound = 0;
    for (std::size_t n = 0; n < beta.size(); ++n) {
        double least = std::numeric_limits<double>::infinity();
        for (const Level& vertex : hulls[n]) least = std::min(least, fields[n] * vertex.value + vertex.cost);
        bound += least - 0.5 * beta[n] * fields[n];
    }
    return bound;
}

}  // namespace

std::vector<std::vector<Level>> levels_of(const qubo::FactoredQubo& problem) {
    const std::size_t slots = problem.slots(), count = std::size_t{1} << slots;
    // Sums over the bits of each code: that of its lower bits, and its highest.
    std::vector<double> values(count), costs(count);
    const auto add_up = [&](std::vector<double>& sums, const double* terms) {
        for (std::size_t p = 0; p < slots; ++p) {
            const std::size_t bit = std::size_t{1} << p;
            for (std::size_t lower = 0; lower < bit; ++lower) sums[bit + lower] = sums[lower] + terms[p];
        }
    };
    add_up(values, problem.weights.data());
    std::vector<std::uint32_t> rising(count);
    std::iota(rising.begin(), rising.end(), 0u);
    std::ranges::sort(rising, {}, [&](std::uint32_t code) { return values[code]; });
    const double same = 1e-12 * std::max(std::abs(values[rising.front()]), std::abs(values[rising.back()]));
    std::vector<std::vector<Level>> levels(problem.points);
    for (std::size_t n = 0; n < problem.points; ++n) {
        add_up(costs, problem.linear.data() + n * slots);
        for (const std::uint32_t code : rising) {
            const Level level{values[code], costs[code], code};
            if (levels[n].empty() || level.value > levels[n].back().value + same)
                levels[n].push_back(level);
            else if (level.cost < levels[n].back().cost)
                levels[n].back() = level;
        }
    }
    return levels;
}

Lattice::Lattice(const qubo::FactoredQubo& problem)
    : points_(problem.points), kernel_(problem.kernel), levels_(levels_of(problem)) {
    const double shift = convex_shift(kernel_, points_);
    for (std::size_t n = 0; n < points_; ++n) {
        kernel_[n * points_ + n] += shift;
        for (Level& level : levels_[n]) level.cost -= 0.5 * shift * level.value * level.value;
    }
}

double Lattice::energy(std::span<const std::uint32_t> chosen) const {
    double energy = 0;
    for (std::size_t n = 0; n < points_; ++n) {
        const Level& level = levels_[n][chosen[n]];
        double field = 0;
        for (std::size_t m = 0; m < points_; ++m) field += row(n)[m] * levels_[m][chosen[m]].value;
        energy += level.cost + 0.5 * level.value * field;
    }
    return energy;
}

Relaxed relax(const Lattice& lattice, std::span<const Range> ranges, double enough,
              std::vector<double>& beta) {
    constexpr int most_sweeps = 60, sweeps_between_bounds = 5;
    const std::size_t points = lattice.points();
    std::vector<std::vector<Level>> hulls(points);
    for (std::size_t n = 0; n < points; ++n) {
        lower_hull(lattice.levels(n), ranges[n], hulls[n]);
        beta[n] = std::clamp(beta[n], hulls[n].front().value, hulls[n].back().value);
    }
    std::vector<double> fields(points);
    for (std::size_t n = 0; n < points; ++n)
        for (std::size_t m = 0; m < points; ++m) fields[n] += lattice.row(n)[m] * beta[m];
    double bound = dual_bound(hulls, beta, fields);
    for (int sweep = 1; sweep <= most_sweeps && bound < enough; ++sweep) {
        double moved = 0;
        for (std::size_t n = 0; n < points; ++n) {
            const double* row = lattice.row(n);
            const double before = beta[n];
            beta[n] = least_on(hulls[n], row[n], fields[n] - row[n] * before);
            const double step = beta[n] - before;
            if (step == 0) continue;
            moved += row[n] * step * step;
            for (std::size_t m = 0; m < points; ++m) fields[m] += step * row[m];
        }
        if (sweep % sweeps_between_bounds != 0 && moved != 0) continue;
        bound = std::max(bound, dual_bound(hulls, beta, fields));
        if (moved <= 1e-15 * (1 + std::abs(bound))) break;
    }
    return {bound};
}

}  // namespace quench::predictor::anneal

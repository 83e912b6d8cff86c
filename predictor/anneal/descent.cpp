#include "predictor/anneal/descent.hpp"

#include <algorithm>
#include <cmath>

namespace quench::predictor::anneal {

namespace {

constexpr double infinite =
    1e300;  // as a cost; a real infinity would make the minimum's loop slower to compile for

/// min over m of costs[m] + step row[m] steps[m]: the inner loop of a pass over all pairs. The clones give
/// the same sums: products are not contracted into them (CMakeLists.txt), and a minimum has no order.
#if defined(__x86_64__) && defined(__gnu_linux__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
double
least_sum(const double* costs, const double* steps, const double* row, double step, std::size_t count) {
    double least = infinite;
    for (std::size_t m = 0; m < count; ++m) {
        const double sum = costs[m] + step * row[m] * steps[m];
        least = sum < least ? sum : least;
    }
    return least;
}

/// Where that minimum is.
std::size_t place_of(double least, const double* costs, const double* steps, const double* row, double step,
                     std::size_t count) {
    std::size_t m = 0;
    while (m + 1 < count && costs[m] + step * row[m] * steps[m] > least) ++m;
    return m;
}

}  // namespace

/// Arrays are slot-major (slot * N + point), so that the points of a slot lie side by side.
struct Descent::State {
    std::vector<double> steps;  ///< what a flip adds to beta of its point
    std::vector<double> costs;  ///< what a flip adds to the energy
    Bits bits;
};

Descent::Descent(const qubo::FactoredQubo& problem) : problem_(problem) {
    // Below this, a difference of energies is rounding, and descending it could go in circles.
    double scale = 0;
    for (const double value : problem.linear) scale = std::max(scale, std::abs(value));
    double weight = 0;
    for (const double value : problem.weights) weight = std::max(weight, std::abs(value));
    for (const double value : problem.kernel) scale = std::max(scale, std::abs(value) * weight * weight);
    tolerance_ = 1e-11 * scale;
    for (std::size_t n = 0; n < problem.points; ++n) {
        double largest = 0;
        for (std::size_t m = 0; m < problem.points; ++m)
            largest = std::max(largest, std::abs(problem.kernel[n * problem.points + m]));
        largest_.push_back(largest);
    }
}

void Descent::flip(State& state, std::size_t slot, std::size_t point) const {
    const std::size_t points = problem_.points;
    const std::size_t flipped = slot * points + point;
    const double step = state.steps[flipped];
    const double* row = problem_.kernel.data() + point * points;
    for (std::size_t p = 0; p < problem_.slots(); ++p) {
        const double* steps = state.steps.data() + p * points;
        double* costs = state.costs.data() + p * points;
        for (std::size_t n = 0; n < points; ++n) costs[n] += step * row[n] * steps[n];
    }
    // Its own cost: minus the old one, since flipping back undoes it.
    state.costs[flipped] -= step * row[point] * step;
    state.costs[flipped] = -state.costs[flipped];
    state.steps[flipped] = -step;
    state.bits[flipped] ^= 1;
}

void Descent::lower_by_singles(State& state) const {
    for (;;) {
        const auto best = std::ranges::min_element(state.costs);
        if (best == state.costs.end() || *best >= -tolerance_) return;
        const auto at = static_cast<std::size_t>(best - state.costs.begin());
        flip(state, at / problem_.points, at % problem_.points);
    }
}

bool Descent::lower_by_pairs(State& state) const {
    const std::size_t points = problem_.points;
    bool lowered = false;
    for (std::size_t p = 0; p < problem_.slots(); ++p) {
        for (std::size_t n = 0; n < points; ++n) {
            const std::size_t self = p * points + n;
            const double* row = problem_.kernel.data() + n * points;
            const double step = state.steps[self], cost = state.costs[self];
            double best = -tolerance_;
            std::size_t best_slot = problem_.slots(), best_point = 0;
            for (std::size_t q = 0; q < problem_.slots(); ++q) {
                const double* steps = state.steps.data() + q * points;
                const double* costs = state.costs.data() + q * points;
                // The other flip costs no less than nothing, alone; together they gain at most this much.
                if (cost - std::abs(step * problem_.weights[q]) * largest_[n] >= best) continue;
                state.costs[self] += p == q ? infinite : 0;  // a bit is no pair with itself
                const double least = cost + least_sum(costs, steps, row, step, points);
                if (least < best) {
                    best = least;
                    best_slot = q;
                    best_point = place_of(least - cost, costs, steps, row, step, points);
                }
                state.costs[self] = cost;
            }
            if (best_slot == problem_.slots()) continue;
            flip(state, p, n);
            flip(state, best_slot, best_point);
            lower_by_singles(state);
            lowered = true;
        }
    }
    return lowered;
}

void Descent::lower(Bits& bits) const {
    const std::size_t points = problem_.points, slots = problem_.slots();
    if (bits.empty()) return;
    State state{std::vector<double>(slots * points), std::vector<double>(slots * points), Bits(bits.size())};
    const std::vector<double> beta = problem_.sums(bits);
    for (std::size_t n = 0; n < points; ++n) {
        const double* row = problem_.kernel.data() + n * points;
        double field = 0;
        for (std::size_t m = 0; m < points; ++m) field += row[m] * beta[m];
        for (std::size_t p = 0; p < slots; ++p) {
            state.bits[p * points + n] = bits[problem_.variable(n, p)];
            const double sign = state.bits[p * points + n] != 0 ? -1 : 1;
            const double weight = problem_.weights[p];
            state.steps[p * points + n] = sign * weight;
            state.costs[p * points + n] =
                sign * (weight * field + problem_.linear[n * slots + p]) + 0.5 * weight * weight * row[n];
        }
    }
    do {
        lower_by_singles(state);
    } while (lower_by_pairs(state));
    for (std::size_t n = 0; n < points; ++n) {
        for (std::size_t p = 0; p < slots; ++p) bits[problem_.variable(n, p)] = state.bits[p * points + n];
    }
}

}  // namespace quench::predictor::anneal

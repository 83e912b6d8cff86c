#include "predictor/anneal/descent.hpp"

#include "predictor/anneal/lattice.hpp"

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

// Below this, a difference of energies is rounding, and descending it could go in circles.
double rounding_of(const qubo::FactoredQubo& problem) {
    double scale = 0;
    for (const double value : problem.linear) scale = std::max(scale, std::abs(value));
    double weight = 0;
    for (const double value : problem.weights) weight = std::max(weight, std::abs(value));
    for (const double value : problem.kernel) scale = std::max(scale, std::abs(value) * weight * weight);
    return 1e-11 * scale;
}

std::vector<double> largest_of_rows(const qubo::FactoredQubo& problem) {
    std::vector<double> all;
    for (std::size_t n = 0; n < problem.points; ++n) {
        double largest = 0;
        for (std::size_t m = 0; m < problem.points; ++m)
            largest = std::max(largest, std::abs(problem.kernel[n * problem.points + m]));
        all.push_back(largest);
    }
    return all;
}

}  // namespace

/// Arrays are slot-major (slot * N + point), so that the points of a slot lie side by side.
struct FlipDescent::State {
    std::vector<double> steps;  ///< what a flip adds to beta of its point
    std::vector<double> costs;  ///< what a flip adds to the energy
    Bits bits;
};

FlipDescent::FlipDescent(const qubo::FactoredQubo& problem)
    : problem_(problem), tolerance_(rounding_of(problem)), largest_(largest_of_rows(problem)) {}

void FlipDescent::flip(State& state, std::size_t slot, std::size_t point) const {
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

void FlipDescent::lower_by_singles(State& state) const {
    for (;;) {
        const auto best = std::ranges::min_element(state.costs);
        if (best == state.costs.end() || *best >= -tolerance_) return;
        const auto at = static_cast<std::size_t>(best - state.costs.begin());
        flip(state, at / problem_.points, at % problem_.points);
    }
}

bool FlipDescent::lower_by_pairs(State& state) const {
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

void FlipDescent::lower(Bits& bits) const {
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

/// Changes of a point are numbered by how many levels up or down they go, 0 the farthest down. Arrays of
/// changes are change-major (change * N + point), so that the points of a change lie side by side; they are
/// then of like size, which the bounds below rest on.
struct LevelDescent::State {
    std::vector<std::size_t> chosen;  ///< the level of each point
    std::vector<double> fields;       ///< kernel beta
    std::vector<double> steps;        ///< what a change adds to beta of its point
    std::vector<double> costs;        ///< what it adds to the energy
    std::vector<double> farthest;     ///< largest |step| of each change
    std::vector<double> least;        ///< smallest cost of each change
};

bool LevelDescent::suits(const qubo::FactoredQubo& problem) {
    return problem.points > 0 && problem.slots() > 1 && problem.slots() <= Lattice::most_bits;
}

LevelDescent::LevelDescent(const qubo::FactoredQubo& problem)
    : problem_(problem), tolerance_(rounding_of(problem)), largest_(largest_of_rows(problem)) {
    constexpr std::size_t most_reach = 4;
    const std::size_t points = problem.points;
    const std::vector<std::vector<Level>> levels = levels_of(problem);
    for (const Level& level : levels.front()) values_.push_back(level.value);
    own_.resize(values_.size() * points);
    codes_.resize(values_.size() * points);
    for (std::size_t n = 0; n < points; ++n) {
        for (std::size_t l = 0; l < values_.size(); ++l) {
            own_[l * points + n] = levels[n][l].cost;
            codes_[l * points + n] = levels[n][l].code;
        }
    }
    reach_ = std::min(values_.size() - 1, most_reach);
}

void LevelDescent::price(State& state) const {
    const std::size_t points = problem_.points;
    for (std::size_t c = 0; c < changes(); ++c) {
        double farthest = 0, least = infinite;
        for (std::size_t n = 0; n < points; ++n) {
            double &step = state.steps[c * points + n], &cost = state.costs[c * points + n];
            const std::size_t from = state.chosen[n], to = from + c - reach_;  // below 0: very large
            step = 0;
            cost = infinite;
            if (to >= values_.size() || to == from) continue;
            step = values_[to] - values_[from];
            cost = own_[to * points + n] - own_[from * points + n] +
                   step * (state.fields[n] + 0.5 * problem_.kernel[n * points + n] * step);
            farthest = std::max(farthest, std::abs(step));
            least = std::min(least, cost);
        }
        state.farthest[c] = farthest;
        state.least[c] = least;
    }
}

void LevelDescent::change(State& state, std::size_t point, std::size_t c) const {
    const double step = state.steps[c * problem_.points + point];
    const double* row = problem_.kernel.data() + point * problem_.points;
    for (std::size_t m = 0; m < problem_.points; ++m) state.fields[m] += step * row[m];
    state.chosen[point] += c - reach_;
}

void LevelDescent::lower_by_points(State& state) const {
    for (;;) {
        const auto best = std::ranges::min_element(state.costs);
        if (*best >= -tolerance_) return;
        const auto at = static_cast<std::size_t>(best - state.costs.begin());
        change(state, at % problem_.points, at / problem_.points);
        price(state);
    }
}

bool LevelDescent::lower_by_pairs(State& state) const {
    const std::size_t points = problem_.points;
    bool lowered = false;
    for (std::size_t n = 0; n + 1 < points; ++n) {
        const std::size_t after = n + 1, count = points - after;
        const double* row = problem_.kernel.data() + n * points + after;
        double best = -tolerance_;
        std::size_t here = changes(), there = 0, other = 0;
        for (std::size_t c = 0; c < changes(); ++c) {
            const double step = state.steps[c * points + n], cost = state.costs[c * points + n];
            if (step == 0) continue;
            for (std::size_t d = 0; d < changes(); ++d) {
                // What both cost alone; together they gain at most this much.
                if (cost + state.least[d] - std::abs(step) * state.farthest[d] * largest_[n] >= best)
                    continue;
                const double* steps = state.steps.data() + d * points + after;
                const double* costs = state.costs.data() + d * points + after;
                const double least = least_sum(costs, steps, row, step, count);
                if (cost + least >= best) continue;
                best = cost + least;
                here = c;
                there = d;
                other = after + place_of(least, costs, steps, row, step, count);
            }
        }
        if (here == changes()) continue;
        change(state, n, here);
        change(state, other, there);
        price(state);
        lower_by_points(state);
        lowered = true;
    }
    return lowered;
}

void LevelDescent::lower(Bits& bits) const {
    const std::size_t points = problem_.points;
    const std::vector<double> none(changes() * points);
    State state{std::vector<std::size_t>(points), std::vector<double>(points),   none, none,
                std::vector<double>(changes()),   std::vector<double>(changes())};
    const std::vector<double> beta = problem_.sums(bits);
    for (std::size_t n = 0; n < points; ++n) {
        const auto away = [&](double value) { return std::abs(value - beta[n]); };
        state.chosen[n] =
            static_cast<std::size_t>(std::ranges::min_element(values_, {}, away) - values_.begin());
        for (std::size_t m = 0; m < points; ++m) state.fields[n] += problem_.kernel[n * points + m] * beta[m];
    }
    price(state);
    do {
        lower_by_points(state);
    } while (lower_by_pairs(state));
    for (std::size_t n = 0; n < points; ++n) {
        const std::uint32_t code = codes_[state.chosen[n] * points + n];
        for (std::size_t p = 0; p < problem_.slots(); ++p)
            bits[problem_.variable(n, p)] = static_cast<std::uint8_t>(code >> p & 1u);
    }
}

Descent::Descent(const qubo::FactoredQubo& problem) : flips_(problem) {
    if (LevelDescent::suits(problem)) levels_.emplace(problem);
}

void Descent::lower(Bits& bits) const {
    if (!levels_) return flips_.lower(bits);
    Bits before;
    do {
        levels_->lower(bits);
        before = bits;
        flips_.lower(bits);
    } while (bits != before);
}

}  // namespace quench::predictor::anneal

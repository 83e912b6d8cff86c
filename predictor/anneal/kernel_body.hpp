// The sweep of kernel.hpp for one instruction set: see lane_vector.hpp for what may stand here.
#pragma once

#include "predictor/anneal/kernel.hpp"
#include "predictor/anneal/lane_vector.hpp"

namespace quench::predictor::anneal {
namespace {

/// Vectors that are decided together: two hide each other's latency.
inline constexpr std::size_t pair_of_vectors = 2;
inline constexpr std::size_t units = lanes / (width * pair_of_vectors);

/// Adds sum_c rows[c][j] changes[c] to the fields of every point j.
template <std::size_t Count>
void add_rows(const float* const* rows, const float (*const* changes)[lanes], std::size_t points,
              float* fields) {
    constexpr std::size_t vectors = lanes / width < 4 ? lanes / width : 4;
    for (std::size_t first = 0; first < lanes / width; first += vectors) {
        Float change[Count][vectors];
        for (std::size_t c = 0; c < Count; ++c) {
            for (std::size_t v = 0; v < vectors; ++v)
                change[c][v] = reinterpret_cast<const Float*>(*changes[c])[first + v];
        }
        for (std::size_t j = 0; j < points; ++j) {
            Float sums[vectors];
            for (std::size_t v = 0; v < vectors; ++v) sums[v] = at(fields + j * lanes, first + v);
            for (std::size_t c = 0; c < Count; ++c) {
                const Float coupling = all(rows[c][j]);
                for (std::size_t v = 0; v < vectors; ++v) sums[v] += coupling * change[c][v];
            }
            for (std::size_t v = 0; v < vectors; ++v) at(fields + j * lanes, first + v) = sums[v];
        }
    }
}

/// The same for any number of rows.
inline void add_all_rows(const float* const* rows, const float (*const* changes)[lanes], std::size_t count,
                         std::size_t points, float* fields) {
    std::size_t c = 0;
    for (; c + 4 <= count; c += 4) add_rows<4>(rows + c, changes + c, points, fields);
    if (c + 2 <= count) {
        add_rows<2>(rows + c, changes + c, points, fields);
        c += 2;
    }
    if (c < count) add_rows<1>(rows + c, changes + c, points, fields);
}

/// One block of points, in the lanes of one unit.
template <Rule rule>
struct Unit {
    const KernelProblem& problem;
    Float temperatures[pair_of_vectors];
    std::size_t size;              ///< points in the block
    const std::uint32_t* members;  ///< which
    Float fields[largest_block][pair_of_vectors];
    Float changes[largest_block][pair_of_vectors];  ///< of beta, since the block began
    Word codes[largest_block][pair_of_vectors];
    Generator random[pair_of_vectors];
    Int singles[pair_of_vectors], pairs[pair_of_vectors];  ///< accepted

    /// What a move may cost: Metropolis accepts if dE < T E with E exponential, which is exp(-dE / T) > u;
    /// Gibbs (heat bath) if dE < T L with L logistic.
    QUENCH_INLINE Float allowance(std::size_t v) {
        if constexpr (rule == Rule::metropolis) {
            return -temperatures[v] * log_uniform(random[v].next());
        } else {
            const Word bits = random[v].next();
            return temperatures[v] * (log_uniform(~bits) - log_uniform(bits));
        }
    }
    QUENCH_INLINE float coupling(std::size_t b, std::size_t c) const {
        return problem.kernel[std::size_t{members[b]} * problem.points + members[c]];
    }
    /// The sign bit that turns "set the bit" into "flip it", for slot p of member b.
    QUENCH_INLINE Word sign(std::size_t b, std::size_t p, std::size_t v) const {
        return (codes[b][v] << (31 - p)) & 0x80000000u;
    }
    QUENCH_INLINE static Float with_sign(Float value, Word sign) {
        return reinterpret_cast<Float>(reinterpret_cast<Word>(value) ^ sign);
    }
    QUENCH_INLINE static Float where(Int mask, Float value) {
        return reinterpret_cast<Float>(reinterpret_cast<Int>(value) & mask);
    }

    /// Brings the fields of the other members up to date with changes of b.
    QUENCH_INLINE void spread(std::size_t b, std::size_t except, const Float* change) {
        for (std::size_t c = 0; c < size; ++c) {
            if (c == b || c == except) continue;
            const Float g = all(coupling(b, c));
            for (std::size_t v = 0; v < pair_of_vectors; ++v) fields[c][v] += g * change[v];
        }
    }

    QUENCH_INLINE void try_singles(std::size_t b) {
        const std::size_t first = members[b] * problem.slots;
        const Float diagonal = all(coupling(b, b));
        Float changed[pair_of_vectors] = {};
        Int moved = {};
        for (std::size_t p = 0; p < problem.slots; ++p) {
            const Float weight = all(problem.weights[p]), linear = all(problem.linear[first + p]);
            const Float self = all(problem.self[first + p]);
            for (std::size_t v = 0; v < pair_of_vectors; ++v) {
                const Word s = sign(b, p, v);
                const Float cost = with_sign(weight * fields[b][v] + linear, s) + self;
                const Int accept = cost < allowance(v);
                const Float change = where(accept, with_sign(weight, s));
                fields[b][v] += diagonal * change;
                changed[v] += change;
                codes[b][v] ^= reinterpret_cast<Word>(accept) & (1u << p);
                singles[v] -= accept;
                moved |= accept;
            }
        }
        if (!any(moved)) return;
        for (std::size_t v = 0; v < pair_of_vectors; ++v) changes[b][v] += changed[v];
        spread(b, b, changed);
    }

    QUENCH_INLINE void try_pairs(std::size_t b, std::size_t c) {
        const std::size_t first_b = members[b] * problem.slots, first_c = members[c] * problem.slots;
        const Float bb = all(coupling(b, b)), cc = all(coupling(c, c)), bc = all(coupling(b, c));
        Float changed_b[pair_of_vectors] = {}, changed_c[pair_of_vectors] = {};
        Int moved = {};
        for (std::size_t p = 0; p < problem.slots; ++p) {
            const Float weight_p = all(problem.weights[p]), linear_p = all(problem.linear[first_b + p]);
            const Float self_p = all(problem.self[first_b + p]);
            for (std::size_t q = p % problem.bits; q < problem.slots; q += problem.bits) {
                const Float weight_q = all(problem.weights[q]), linear_q = all(problem.linear[first_c + q]);
                const Float selves = self_p + all(problem.self[first_c + q]);
                for (std::size_t v = 0; v < pair_of_vectors; ++v) {
                    const Word sb = sign(b, p, v), sc = sign(c, q, v);
                    const Float step_b = with_sign(weight_p, sb), step_c = with_sign(weight_q, sc);
                    const Float alone = with_sign(weight_p * fields[b][v] + linear_p, sb) +
                                        with_sign(weight_q * fields[c][v] + linear_q, sc) + selves;
                    const Int accept = alone + bc * (step_b * step_c) < allowance(v);
                    const Float by_b = where(accept, step_b), by_c = where(accept, step_c);
                    fields[b][v] += bb * by_b + bc * by_c;
                    fields[c][v] += bc * by_b + cc * by_c;
                    changed_b[v] += by_b;
                    changed_c[v] += by_c;
                    codes[b][v] ^= reinterpret_cast<Word>(accept) & (1u << p);
                    codes[c][v] ^= reinterpret_cast<Word>(accept) & (1u << q);
                    pairs[v] -= accept;
                    moved |= accept;
                }
            }
        }
        if (!any(moved)) return;
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            changes[b][v] += changed_b[v];
            changes[c][v] += changed_c[v];
        }
        spread(b, c, changed_b);
        spread(c, b, changed_c);
    }
};

/// Decides a block in all lanes; leaves the changes of beta in `changes` (members x lanes) and says whose are
/// not all zero.
template <Rule rule>
std::uint32_t decide_block(const KernelProblem& problem, const KernelState& state, const KernelSweep& sweep,
                           const std::uint32_t* members, std::size_t size, float (*fields)[lanes],
                           float (*changes)[lanes], KernelCounts& counts) {
    std::uint32_t changed = 0;
    for (std::size_t u = 0; u < units; ++u) {
        Unit<rule> unit{.problem = problem,
                        .temperatures = {},
                        .size = size,
                        .members = members,
                        .fields = {},
                        .changes = {},
                        .codes = {},
                        .random = {},
                        .singles = {},
                        .pairs = {}};
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            const std::size_t vector = u * pair_of_vectors + v;
            unit.temperatures[v] = reinterpret_cast<const Float*>(sweep.temperatures)[vector];
            for (std::size_t b = 0; b < size; ++b) {
                unit.fields[b][v] = at(state.fields + members[b] * lanes, vector);
                unit.codes[b][v] = at(state.codes + members[b] * lanes, vector);
            }
            unit.random[v] = {at(state.random, vector), at(state.random + lanes, vector),
                              at(state.random + 2 * lanes, vector), at(state.random + 3 * lanes, vector)};
        }
        for (std::size_t b = 0; b < size; ++b) unit.try_singles(b);
        if (sweep.moves == Moves::singles_and_pairs && size > 1) {
            const std::size_t rounds = size == 2 ? 1 : size;  // of two points there is one pair
            for (std::size_t b = 0; b < rounds; ++b) unit.try_pairs(b, b + 1 < size ? b + 1 : 0);
        }
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            const std::size_t vector = u * pair_of_vectors + v;
            for (std::size_t b = 0; b < size; ++b) {
                at(fields[b], vector) = unit.fields[b][v];
                at(changes[b], vector) = unit.changes[b][v];
                at(state.codes + members[b] * lanes, vector) = unit.codes[b][v];
                if (any(unit.changes[b][v] != 0.0f)) changed |= 1u << b;
            }
            at(state.random, vector) = unit.random[v].s0;
            at(state.random + lanes, vector) = unit.random[v].s1;
            at(state.random + 2 * lanes, vector) = unit.random[v].s2;
            at(state.random + 3 * lanes, vector) = unit.random[v].s3;
            counts.singles_accepted += sum(unit.singles[v]);
            counts.pairs_accepted += sum(unit.pairs[v]);
        }
    }
    return changed;
}

template <Rule rule>
KernelCounts sweep_by(const KernelProblem& problem, const KernelState& state, const KernelSweep& sweep) {
    KernelCounts counts;
    alignas(64) float changes[largest_block][lanes];
    alignas(64) float fields[largest_block][lanes];
    for (std::size_t begin = 0; begin < problem.points; begin += problem.block) {
        const std::size_t rest = problem.points - begin;
        const std::size_t size = rest < problem.block ? rest : problem.block;
        const std::uint32_t* members = sweep.order + begin;
        const std::uint32_t changed =
            decide_block<rule>(problem, state, sweep, members, size, fields, changes, counts);
        const float* rows[largest_block];
        const float(*by[largest_block])[lanes];
        std::size_t count = 0;
        for (std::size_t b = 0; b < size; ++b) {
            if ((changed >> b & 1u) == 0) continue;
            rows[count] = problem.kernel + members[b] * problem.points;
            by[count++] = &changes[b];
        }
        add_all_rows(rows, by, count, problem.points, state.fields);
        // The members know their own fields already, in the order of the moves.
        for (std::size_t b = 0; b < size; ++b) {
            for (std::size_t v = 0; v < lanes / width; ++v)
                at(state.fields + members[b] * lanes, v) = at(fields[b], v);
        }
        counts.singles += size * problem.slots * lanes;
        if (sweep.moves == Moves::singles_and_pairs && size > 1)
            counts.pairs += (size == 2 ? 1 : size) * problem.slots * (problem.slots / problem.bits) * lanes;
    }
    return counts;
}

inline KernelCounts sweep_once(const KernelProblem& problem, const KernelState& state,
                               const KernelSweep& sweep) {
    return sweep.rule == Rule::metropolis ? sweep_by<Rule::metropolis>(problem, state, sweep)
                                          : sweep_by<Rule::gibbs>(problem, state, sweep);
}

inline void refresh(const KernelProblem& problem, const KernelState& state) {
    for (std::size_t j = 0; j < problem.points * lanes; j += width)
        *reinterpret_cast<Float*>(state.fields + j) = Float{};
    for (std::size_t n = 0; n < problem.points; ++n) {
        alignas(64) float beta[lanes];
        for (std::size_t v = 0; v < lanes / width; ++v) {
            Float sums = {};
            for (std::size_t p = 0; p < problem.slots; ++p) {
                const Word bit = at(state.codes + n * lanes, v) >> p & 1u;
                sums += __builtin_convertvector(reinterpret_cast<Int>(bit), Float) * problem.weights[p];
            }
            at(beta, v) = sums;
        }
        const float* row = problem.kernel + n * problem.points;
        const float(*change)[lanes] = &beta;
        add_rows<1>(&row, &change, problem.points, state.fields);
    }
}

inline constexpr Kernel kernel{sweep_once, refresh};

}  // namespace
}  // namespace quench::predictor::anneal

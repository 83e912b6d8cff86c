// The sweep of kernel.hpp for one instruction set: see lane_vector.hpp for what may stand here.
#pragma once

#include "predictor/anneal/kernel.hpp"
#include "predictor/anneal/lane_vector.hpp"

namespace quench::predictor::anneal {
namespace {

/// Vectors that are decided together: two hide each other's latency.
inline constexpr std::size_t pair_of_vectors = 2;
inline constexpr std::size_t units = lanes / (width * pair_of_vectors);

/// Calls f with the constants Begin .. End - 1, so that arrays indexed by them stay in registers.
template <std::size_t Value>
struct Constant {
    static constexpr std::size_t value = Value;
};
template <std::size_t Begin, std::size_t End, class F>
QUENCH_INLINE void for_each_index(const F& f) {
    if constexpr (Begin < End) {
        f(Constant<Begin>{});
        for_each_index<Begin + 1, End>(f);
    }
}

/// Vectors whose fields are updated together: as many as leave the changes of a block in registers.
inline constexpr std::size_t updated_vectors = width == 16 ? 2 : 1;
inline constexpr std::uint32_t updated_lanes = ~0u >> (32 - width * updated_vectors);

/// Rows of the kernel, each with changes of beta in so many vectors.
struct Update {
    std::size_t count = 0;
    const float* rows[largest_block];
    Float changes[largest_block][updated_vectors];
};

/// sum + a change. Slots are the bits a point has (0: as the problem says): with one, weights are 1, and
/// changes of beta 0, 1 or -1.
template <std::size_t Slots>
QUENCH_INLINE Float added(Float sum, Float a, Float change) {
    return Slots == 1 ? plus(sum, a, change) : fused(a, change, sum);
}

/// Adds sum_c rows[c][j] changes[c] to the fields of every point j; `fields` are the vector's, of point 0.
template <std::size_t Slots, std::size_t Count>
void add_rows(const Update& update, std::size_t points, float* fields) {
    const float* rows[Count];
    Float changes[Count][updated_vectors];
    for_each_index<0, Count>([&](auto c) QUENCH_INLINE_LAMBDA {
        rows[c.value] = update.rows[c.value];
        for (std::size_t v = 0; v < updated_vectors; ++v) changes[c.value][v] = update.changes[c.value][v];
    });
    for (std::size_t j = 0; j < points; ++j) {
        Float sums[updated_vectors];
        for (std::size_t v = 0; v < updated_vectors; ++v) sums[v] = at(fields + j * lanes, v);
        for_each_index<0, Count>([&](auto c) QUENCH_INLINE_LAMBDA {
            const Float coupling = all(rows[c.value][j]);
            for (std::size_t v = 0; v < updated_vectors; ++v)
                sums[v] = added<Slots>(sums[v], coupling, changes[c.value][v]);
        });
        for (std::size_t v = 0; v < updated_vectors; ++v) at(fields + j * lanes, v) = sums[v];
    }
}

/// The same for as many rows as there are.
template <std::size_t Slots>
void add_all_rows(const Update& update, std::size_t points, float* fields) {
    for_each_index<1, largest_block + 1>([&](auto count) QUENCH_INLINE_LAMBDA {
        if (update.count == count.value) add_rows<Slots, count.value>(update, points, fields);
    });
}

/// `Size` points that are decided together, in the lanes of one unit. Fields are in registers where there are
/// enough.
template <Rule rule, std::size_t Slots, std::size_t Size>
struct Block {
    const KernelProblem& problem;
    const KernelState& state;
    const std::uint32_t* members;  ///< which points
    std::size_t first_vector;      ///< of the unit
    bool pairs;
    Float temperatures[pair_of_vectors];  ///< times -ln 2, as logarithms are to the base of 2
    Float fields[Size][pair_of_vectors];
    Float changes[Size][pair_of_vectors];  ///< of beta since the block began; not set where nothing moved
    Generator random[pair_of_vectors];
    std::uint32_t moved[Size] = {};  ///< in which lanes of the unit members have changes
    std::uint64_t singles_accepted = 0, pairs_accepted = 0;

    QUENCH_INLINE Block(const KernelProblem& problem_, const KernelState& state_, const KernelSweep& sweep,
                        const std::uint32_t* members_, std::size_t first)
        : problem(problem_),
          state(state_),
          members(members_),
          first_vector(first),
          pairs(sweep.moves == Moves::singles_and_pairs) {
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            temperatures[v] = reinterpret_cast<const Float*>(sweep.temperatures)[first + v] * -0.693147181f;
            for_each_index<0, Size>([&](auto b) QUENCH_INLINE_LAMBDA {
                fields[b.value][v] = at(state.fields + members[b.value] * lanes, first + v);
            });
            random[v] = {at(state.random, first + v), at(state.random + lanes, first + v),
                         at(state.random + 2 * lanes, first + v), at(state.random + 3 * lanes, first + v)};
        }
    }
    QUENCH_INLINE void store_random() const {
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            at(state.random, first_vector + v) = random[v].s0;
            at(state.random + lanes, first_vector + v) = random[v].s1;
            at(state.random + 2 * lanes, first_vector + v) = random[v].s2;
            at(state.random + 3 * lanes, first_vector + v) = random[v].s3;
        }
    }

    QUENCH_INLINE std::size_t slots() const { return Slots == 0 ? problem.slots : Slots; }
    QUENCH_INLINE float weight_of(std::size_t p) const { return Slots == 1 ? 1.0f : problem.weights[p]; }
    /// What a move may cost: Metropolis accepts if dE < T E with E exponential, which is exp(-dE / T) > u;
    /// Gibbs (heat bath) if dE < T L with L logistic.
    QUENCH_INLINE Float allowance(std::size_t v) {
        if constexpr (rule == Rule::metropolis) {
            return temperatures[v] * log2_uniform(random[v].next());
        } else {
            const Word bits = random[v].next();
            return temperatures[v] * (log2_uniform(bits & 0x7fffffffu) - log2_uniform(~bits & 0x7fffffffu));
        }
    }
    QUENCH_INLINE float coupling(std::size_t b, std::size_t c) const {
        return problem.kernel[std::size_t{members[b]} * problem.points + members[c]];
    }
    QUENCH_INLINE Word& code(std::size_t b, std::size_t v) const {
        return at(state.codes + members[b] * lanes, first_vector + v);
    }
    /// A word whose highest bit turns "set the bit" into "flip it", for slot p.
    QUENCH_INLINE static Word sign(Word code, std::size_t p) { return code << (31 - p); }

    /// Brings the fields of members From .. To - 1 up to date with a change of `b`.
    template <std::size_t From, std::size_t To>
    QUENCH_INLINE void spread(std::size_t b, const Float* by) {
        for_each_index<From, To>([&](auto c) QUENCH_INLINE_LAMBDA {
            const Float g = all(coupling(b, c.value));
            for (std::size_t v = 0; v < pair_of_vectors; ++v)
                fields[c.value][v] = added<Slots>(fields[c.value][v], g, by[v]);
        });
    }

    template <std::size_t B>
    QUENCH_INLINE void try_singles() {
        const std::size_t first = members[B] * slots();
        const Float diagonal = all(coupling(B, B));
        Float field[pair_of_vectors] = {fields[B][0], fields[B][1]}, by[pair_of_vectors] = {};
        Word codes[pair_of_vectors] = {code(B, 0), code(B, 1)};
        std::uint32_t moved_here = 0;
        for (std::size_t p = 0; p < slots(); ++p) {
            const Float weight = all(weight_of(p)), linear = all(problem.linear[first + p]);
            const Float self = all(problem.self[first + p]);
            std::uint32_t accepted = 0;
            for (std::size_t v = 0; v < pair_of_vectors; ++v) {
                const Word s = sign(codes[v], p);
                const Float step = negated_by(s, weight);
                const Float cost = added<Slots>(negated_by(s, linear), field[v], step) + self;
                const Mask accept = less(cost, allowance(v));
                const Float move = where(accept, step);
                field[v] = added<Slots>(field[v], diagonal, move);
                by[v] = Slots == 1 ? move : by[v] + move;
                codes[v] = flipped(codes[v], accept, Word{} + (1u << p));
                accepted |= bits_of(accept) << (v * width);
            }
            singles_accepted += static_cast<std::uint64_t>(__builtin_popcount(accepted));
            moved_here |= accepted;
        }
        for (std::size_t v = 0; v < pair_of_vectors; ++v) changes[B][v] = by[v];
        if (moved_here == 0) return;
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            fields[B][v] = field[v];
            code(B, v) = codes[v];
        }
        moved[B] = moved_here;
        spread<B + 1, Size>(B, by);
        if (pairs) spread<0, B>(B, by);  // only pairs look at a member again
    }

    template <std::size_t B, std::size_t C>
    QUENCH_INLINE void try_pairs() {
        const std::size_t first_b = members[B] * slots(), first_c = members[C] * slots();
        const Float bb = all(coupling(B, B)), cc = all(coupling(C, C)), bc = all(coupling(B, C));
        Float field_b[pair_of_vectors] = {fields[B][0], fields[B][1]}, by_b[pair_of_vectors] = {};
        Float field_c[pair_of_vectors] = {fields[C][0], fields[C][1]}, by_c[pair_of_vectors] = {};
        Word codes_b[pair_of_vectors] = {code(B, 0), code(B, 1)};
        Word codes_c[pair_of_vectors] = {code(C, 0), code(C, 1)};
        std::uint32_t moved_here = 0;
        for (std::size_t p = 0; p < slots(); ++p) {
            const Float weight_p = all(weight_of(p)), linear_p = all(problem.linear[first_b + p]);
            const Float self_p = all(problem.self[first_b + p]);
            for (std::size_t q = Slots == 1 ? 0 : p % problem.bits; q < slots(); q += problem.bits) {
                const Float weight_q = all(weight_of(q)), linear_q = all(problem.linear[first_c + q]);
                const Float selves = self_p + all(problem.self[first_c + q]);
                std::uint32_t accepted = 0;
                for (std::size_t v = 0; v < pair_of_vectors; ++v) {
                    const Word sb = sign(codes_b[v], p), sc = sign(codes_c[v], q);
                    const Float step_b = negated_by(sb, weight_p), step_c = negated_by(sc, weight_q);
                    const Float cost_b = added<Slots>(negated_by(sb, linear_p), field_b[v], step_b);
                    const Float met = added<Slots>(field_c[v], bc, step_b);
                    const Float cost_c = added<Slots>(negated_by(sc, linear_q), met, step_c);
                    const Float cost = cost_b + cost_c + selves;
                    const Mask accept = less(cost, allowance(v));
                    const Float move_b = where(accept, step_b), move_c = where(accept, step_c);
                    field_b[v] = added<Slots>(added<Slots>(field_b[v], bc, move_c), bb, move_b);
                    field_c[v] = added<Slots>(added<Slots>(field_c[v], bc, move_b), cc, move_c);
                    by_b[v] += move_b;
                    by_c[v] += move_c;
                    codes_b[v] = flipped(codes_b[v], accept, Word{} + (1u << p));
                    codes_c[v] = flipped(codes_c[v], accept, Word{} + (1u << q));
                    accepted |= bits_of(accept) << (v * width);
                }
                pairs_accepted += static_cast<std::uint64_t>(__builtin_popcount(accepted));
                moved_here |= accepted;
            }
        }
        if (moved_here == 0) return;
        for (std::size_t v = 0; v < pair_of_vectors; ++v) {
            changes[B][v] += by_b[v];
            changes[C][v] += by_c[v];
            fields[B][v] = field_b[v];
            fields[C][v] = field_c[v];
            code(B, v) = codes_b[v];
            code(C, v) = codes_c[v];
        }
        moved[B] |= moved_here;
        moved[C] |= moved_here;
        for_each_index<0, Size>([&](auto d) QUENCH_INLINE_LAMBDA {
            if constexpr (d.value != B && d.value != C) {
                spread<d.value, d.value + 1>(B, by_b);
                spread<d.value, d.value + 1>(C, by_c);
            }
        });
    }

    QUENCH_INLINE void decide() {
        for_each_index<0, Size>([&](auto b) QUENCH_INLINE_LAMBDA { try_singles<b.value>(); });
        if (!pairs) return;
        constexpr std::size_t rounds = pairs_of(Size);
        for_each_index<0, rounds>([&](auto b)
                                      QUENCH_INLINE_LAMBDA { try_pairs<b.value, (b.value + 1) % Size>(); });
    }
    /// Pairs of neighbours in a ring of so many.
    static constexpr std::size_t pairs_of(std::size_t size) { return size < 3 ? size / 2 : size; }
};

/// Decides `Size` points in all lanes and brings the fields of all points up to date.
template <Rule rule, std::size_t Slots, std::size_t Size>
void decide(const KernelProblem& problem, const KernelState& state, const KernelSweep& sweep,
            const std::uint32_t* members, KernelCounts& counts) {
    const bool pairs = sweep.moves == Moves::singles_and_pairs;
    for (std::size_t u = 0; u < units; ++u) {
        Block<rule, Slots, Size> block(problem, state, sweep, members, u * pair_of_vectors);
        block.decide();
        block.store_random();
        for (std::size_t v = 0; v < pair_of_vectors; v += updated_vectors) {
            Update update;
            for (std::size_t b = 0; b < Size; ++b) {
                if ((block.moved[b] >> (v * width) & updated_lanes) == 0) continue;
                update.rows[update.count] = problem.kernel + members[b] * problem.points;
                for (std::size_t w = 0; w < updated_vectors; ++w)
                    update.changes[update.count][w] = block.changes[b][v + w];
                ++update.count;
            }
            add_all_rows<Slots>(update, problem.points, state.fields + (u * pair_of_vectors + v) * width);
        }
        counts.singles_accepted += block.singles_accepted;
        counts.pairs_accepted += block.pairs_accepted;
    }
    counts.singles += Size * problem.slots * lanes;
    if (pairs)
        counts.pairs +=
            Block<rule, Slots, Size>::pairs_of(Size) * problem.slots * (problem.slots / problem.bits) * lanes;
}

/// Points begin .. in blocks of Size, and what is left in halves of it.
template <Rule rule, std::size_t Slots, std::size_t Size>
void decide_all(const KernelProblem& problem, const KernelState& state, const KernelSweep& sweep,
                std::size_t begin, KernelCounts& counts) {
    for (; begin + Size <= problem.points; begin += Size)
        decide<rule, Slots, Size>(problem, state, sweep, sweep.order + begin, counts);
    if constexpr (Size > 1) decide_all<rule, Slots, Size / 2>(problem, state, sweep, begin, counts);
}

template <Rule rule>
KernelCounts sweep_by(const KernelProblem& problem, const KernelState& state, const KernelSweep& sweep) {
    KernelCounts counts;
    // Many fields of one bit a point are costly to update, and cheaper by the block; many bits a point are
    // decided with their field in a register, and a block only has to give each a partner.
    if (problem.slots == 1)
        decide_all<rule, 1, largest_block>(problem, state, sweep, 0, counts);
    else
        decide_all<rule, 0, 4>(problem, state, sweep, 0, counts);
    return counts;
}

inline KernelCounts sweep_once(const KernelProblem& problem, const KernelState& state,
                               const KernelSweep& sweep) {
    return sweep.rule == Rule::metropolis ? sweep_by<Rule::metropolis>(problem, state, sweep)
                                          : sweep_by<Rule::gibbs>(problem, state, sweep);
}

inline void refresh(const KernelProblem& problem, const KernelState& state) {
    for (std::size_t first = 0; first < lanes / width; first += updated_vectors) {
        for (std::size_t n = 0; n < problem.points; ++n) {
            for (std::size_t v = 0; v < updated_vectors; ++v)
                at(state.fields + n * lanes, first + v) = Float{};
        }
        Update update;
        for (std::size_t n = 0; n < problem.points; ++n) {
            for (std::size_t v = 0; v < updated_vectors; ++v) {
                Float& beta = update.changes[update.count][v] = Float{};
                for (std::size_t p = 0; p < problem.slots; ++p) {
                    const Word bit = at(state.codes + n * lanes, first + v) >> p & 1u;
                    beta += __builtin_convertvector(reinterpret_cast<Int>(bit), Float) * problem.weights[p];
                }
            }
            update.rows[update.count] = problem.kernel + n * problem.points;
            if (++update.count < largest_block && n + 1 < problem.points) continue;
            add_all_rows<0>(update, problem.points, state.fields + first * width);
            update.count = 0;
        }
    }
}

inline constexpr Kernel kernel{sweep_once, refresh};

}  // namespace
}  // namespace quench::predictor::anneal

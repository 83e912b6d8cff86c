// The inner loop of simulated annealing: one sweep over a group of replicas, one replica a SIMD lane.
//
// Compiled once for each instruction set from kernel_body.hpp; all give the same bits, because all have the
// same lanes, do the same float operations in the same order, and fuse the same of them (lane_vector.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

namespace quench::predictor::anneal {

/// Replicas in a group.
inline constexpr std::size_t lanes = 32;
/// Points whose moves are decided together before the fields of all others are brought up to date.
inline constexpr std::size_t largest_block = 8;
/// Bits a point may have: they are kept in one word.
inline constexpr std::size_t most_slots = 32;

/// A FactoredQubo in floats, scaled so that its largest coefficient is about one. N points, P slots.
struct KernelProblem {
    std::size_t points = 0, slots = 0;
    std::size_t bits = 1;            ///< K: slots p and q are of equal weight if p = q modulo K
    const float* kernel = nullptr;   ///< N x N
    const float* weights = nullptr;  ///< P; of one slot 1
    const float* linear = nullptr;   ///< N x P
    const float* self =
        nullptr;  ///< N x P: kernel_nn w_p^2 / 2, what a flip of (n, p) costs beside its field
};

/// The replicas of one group; rows of `lanes` values, 64-byte aligned.
struct KernelState {
    float* fields = nullptr;          ///< N x lanes: g = kernel beta
    std::uint32_t* codes = nullptr;   ///< N x lanes: bit p of a code is x_np
    std::uint32_t* random = nullptr;  ///< 4 x lanes: xoshiro128+ (Blackman, Vigna 2021), one a lane
};

enum class Moves { singles, singles_and_pairs };
enum class Rule { metropolis, gibbs };

struct KernelSweep {
    const std::uint32_t* order = nullptr;  ///< a permutation of the points
    const float* temperatures = nullptr;   ///< one a lane, in the scaled units; 64-byte aligned
    Moves moves = Moves::singles_and_pairs;
    Rule rule = Rule::metropolis;
};

/// What a sweep tried and accepted, all lanes together.
struct KernelCounts {
    std::uint64_t singles = 0, pairs = 0;
    std::uint64_t singles_accepted = 0, pairs_accepted = 0;
};

/// One implementation: `sweep` tries every bit once and, with pairs, for every point the flips of two bits of
/// equal weight in it and its successor in `order`; `refresh` computes the fields from the codes, which
/// bounds the rounding that sweeps gather.
struct Kernel {
    KernelCounts (*sweep)(const KernelProblem&, const KernelState&, const KernelSweep&);
    void (*refresh)(const KernelProblem&, const KernelState&);
};

/// Null where the compiler could not build it (other processors than x86-64).
[[nodiscard]] const Kernel* baseline_kernel();
[[nodiscard]] const Kernel* avx2_kernel();
[[nodiscard]] const Kernel* avx512_kernel();

}  // namespace quench::predictor::anneal

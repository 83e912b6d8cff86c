// Vectors of lanes in the compiler's own notation: the same source for 4, 8 and 16 lanes a register.
//
// Included only by the kernels, each compiled for another instruction set: everything is in an unnamed
// namespace and nothing of the standard library is instantiated, or the linker could keep AVX-512 code for
// everybody.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace quench::predictor::anneal {
namespace {

#if defined(__AVX512F__)
inline constexpr std::size_t width = 16;
#elif defined(__AVX2__)
inline constexpr std::size_t width = 8;
#else
inline constexpr std::size_t width = 4;
#endif

using Float = float __attribute__((vector_size(width * 4), may_alias));
using Int = std::int32_t __attribute__((vector_size(width * 4), may_alias));
using Word = std::uint32_t __attribute__((vector_size(width * 4), may_alias));

#define QUENCH_INLINE [[gnu::always_inline]] inline

QUENCH_INLINE Float all(float value) {
    return Float{} + value;
}
QUENCH_INLINE Float& at(float* row, std::size_t vector) {
    return reinterpret_cast<Float*>(row)[vector];
}
QUENCH_INLINE Word& at(std::uint32_t* row, std::size_t vector) {
    return reinterpret_cast<Word*>(row)[vector];
}

/// Whether a comparison holds in any lane.
QUENCH_INLINE bool any(Int mask) {
#if defined(__AVX512F__)
    return _mm512_test_epi32_mask(reinterpret_cast<__m512i>(mask), reinterpret_cast<__m512i>(mask)) != 0;
#elif defined(__AVX2__)
    return _mm256_movemask_ps(reinterpret_cast<__m256>(mask)) != 0;
#elif defined(__SSE2__)
    return _mm_movemask_ps(reinterpret_cast<__m128>(mask)) != 0;
#else
    std::int32_t joined = 0;
    for (std::size_t lane = 0; lane < width; ++lane) joined |= mask[lane];
    return joined != 0;
#endif
}

QUENCH_INLINE std::uint64_t sum(Int counts) {
    std::uint64_t total = 0;
    for (std::size_t lane = 0; lane < width; ++lane) total += static_cast<std::uint64_t>(counts[lane]);
    return total;
}

/// xoshiro128+ in every lane.
struct Generator {
    Word s0, s1, s2, s3;

    QUENCH_INLINE Word next() {
        const Word result = s0 + s3;
        const Word shifted = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = (s3 << 11) | (s3 >> 21);
        return result;
    }
};

/// ln of (k + 1/2) / 2^24 for the upper 24 bits k of each word: the exponent by its bits, the mantissa 1 + t
/// by a polynomial in t that is right to 2e-06 (Chebyshev fit).
QUENCH_INLINE Float log_uniform(Word random) {
    const Float number = __builtin_convertvector(reinterpret_cast<Int>(random >> 8), Float) + 0.5f;
    const Word bits = reinterpret_cast<Word>(number);
    const Float exponent = __builtin_convertvector(reinterpret_cast<Int>(bits >> 23) - (127 + 24), Float);
    const Float t = reinterpret_cast<Float>((bits & 0x7fffffu) | 0x3f800000u) - 1.0f;
    Float p = all(-0.0170296106f);
    p = p * t + 0.0815231776f;
    p = p * t + -0.189019548f;
    p = p * t + 0.31504128f;
    p = p * t + -0.497203331f;
    p = p * t + 0.999832595f;
    p = p * t + 1.69366266e-06f;
    return exponent * 0.693147181f + p;
}

}  // namespace
}  // namespace quench::predictor::anneal

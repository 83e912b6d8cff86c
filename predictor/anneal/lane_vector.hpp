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
#define QUENCH_INLINE_LAMBDA __attribute__((always_inline))  // between parameters and body

QUENCH_INLINE Float all(float value) {
    return value - Float{};  // one broadcast: x - 0 is x, while 0 + x is not for x = -0
}
QUENCH_INLINE Float& at(float* row, std::size_t vector) {
    return reinterpret_cast<Float*>(row)[vector];
}
QUENCH_INLINE Word& at(std::uint32_t* row, std::size_t vector) {
    return reinterpret_cast<Word*>(row)[vector];
}

/// a b + sum, rounded once, on every instruction set. The compiler itself is not to fuse (by its options): it
/// would choose differently on each.
QUENCH_INLINE Float fused(Float a, Float b, Float sum) {
#if defined(__AVX512F__)
    return reinterpret_cast<Float>(_mm512_fmadd_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b),
                                                   reinterpret_cast<__m512>(sum)));
#elif defined(__FMA__)
    return reinterpret_cast<Float>(_mm256_fmadd_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b),
                                                   reinterpret_cast<__m256>(sum)));
#else
    Float result;
    for (std::size_t lane = 0; lane < width; ++lane)
        result[lane] = __builtin_fmaf(a[lane], b[lane], sum[lane]);
    return result;
#endif
}

/// The same where `sign` is 0, 1 or -1: the product is exact, and where nothing fuses none has to.
QUENCH_INLINE Float plus(Float sum, Float a, Float sign) {
#if defined(__AVX512F__) || defined(__FMA__)
    return fused(a, sign, sum);
#else
    return sum + a * sign;
#endif
}

/// The value, negated where the highest bit of the word is set.
QUENCH_INLINE Float negated_by(Word word, Float value) {
#if defined(__AVX512F__)
    constexpr int third_xor_first_and_second = 0x6a;
    return reinterpret_cast<Float>(_mm512_ternarylogic_epi32(
        reinterpret_cast<__m512i>(word), reinterpret_cast<__m512i>(Word{} + 0x80000000u),
        reinterpret_cast<__m512i>(value), third_xor_first_and_second));
#else
    return reinterpret_cast<Float>(reinterpret_cast<Word>(value) ^ (word & 0x80000000u));
#endif
}

/// In which lanes a comparison holds.
#if defined(__AVX512F__)
using Mask = __mmask16;
#else
using Mask = Int;
#endif

QUENCH_INLINE Mask less(Float a, Float b) {
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), _CMP_LT_OQ);
#else
    return a < b;
#endif
}
/// The value where the mask holds, else 0.
QUENCH_INLINE Float where(Mask mask, Float value) {
#if defined(__AVX512F__)
    return reinterpret_cast<Float>(_mm512_maskz_mov_ps(mask, reinterpret_cast<__m512>(value)));
#else
    return reinterpret_cast<Float>(reinterpret_cast<Int>(value) & mask);
#endif
}
/// The word with `bits` flipped where the mask holds.
QUENCH_INLINE Word flipped(Word word, Mask mask, Word bits) {
#if defined(__AVX512F__)
    const auto all_words = reinterpret_cast<__m512i>(word);
    return reinterpret_cast<Word>(
        _mm512_mask_xor_epi32(all_words, mask, all_words, reinterpret_cast<__m512i>(bits)));
#else
    return word ^ (reinterpret_cast<Word>(mask) & bits);
#endif
}
/// One bit a lane.
QUENCH_INLINE std::uint32_t bits_of(Mask mask) {
#if defined(__AVX512F__)
    return mask;
#elif defined(__AVX2__)
    return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask)));
#elif defined(__SSE2__)
    return static_cast<std::uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(mask)));
#else
    std::uint32_t bits = 0;
    for (std::size_t lane = 0; lane < width; ++lane) bits |= (mask[lane] & 1u) << lane;
    return bits;
#endif
}

QUENCH_INLINE Word exclusive_or(Word a, Word b, Word c) {
#if defined(__AVX512F__)
    constexpr int parity = 0x96;
    return reinterpret_cast<Word>(_mm512_ternarylogic_epi32(
        reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b), reinterpret_cast<__m512i>(c), parity));
#else
    return a ^ b ^ c;
#endif
}

/// xoshiro128+ in every lane.
struct Generator {
    Word s0, s1, s2, s3;

    QUENCH_INLINE Word next() {
        const Word result = s0 + s3;
        const Word s1_before = s1, s2_before = s2, s3_before = s3;
        s2 = exclusive_or(s2, s0, s1 << 9);
        s3 ^= s1;
        s3 = (s3 << 11) | (s3 >> 21);
        s1 = exclusive_or(s1, s2_before, s0);
        s0 = exclusive_or(s0, s3_before, s1_before);
        return result;
    }
};

/// log2 of |r| / 2^31 for each word as a signed number r, made odd: the exponent by its bits, the mantissa by
/// a polynomial that is right to 9e-05 (minimax fit), so that a chance is off by 6e-05 of itself at most.
QUENCH_INLINE Float log2_uniform(Word random) {
    const Float number = __builtin_convertvector(reinterpret_cast<Int>(random | 1u), Float);
#if defined(__AVX512F__)
    constexpr __mmask16 every = 0xffff;
    const auto wide = reinterpret_cast<__m512>(number);
    const auto exponent = reinterpret_cast<Float>(_mm512_maskz_getexp_ps(every, wide));
    const auto m =
        reinterpret_cast<Float>(_mm512_maskz_getmant_ps(every, wide, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero));
#else
    const Word bits = reinterpret_cast<Word>(number);
    const Float exponent = __builtin_convertvector(reinterpret_cast<Int>(bits >> 23 & 0xffu) - 127, Float);
    const Float m = reinterpret_cast<Float>((bits & 0x7fffffu) | 0x3f800000u);
#endif
    Float p = fused(all(-0.0816163874f), m, all(0.645147113f));
    p = fused(p, m, all(-2.12068854f));
    p = fused(p, m, all(4.07010661f));
    p = fused(p, m, all(-33.5128613f));  // 31 less
    return exponent + p;
}

}  // namespace
}  // namespace quench::predictor::anneal

#include "search/sampler/qmc/sobol.hpp"

#include "base/random.hpp"

#include <array>

namespace quench::search::sampler {
namespace {

constexpr std::size_t block = 32;  ///< axes of the table
constexpr unsigned bits = 32;

/// A primitive polynomial x^degree + ... + 1 over GF(2), its inner coefficients as the bits of `inner`, and
/// the first `degree` direction numbers.
struct Recurrence {
    unsigned degree;
    std::uint32_t inner;
    std::array<std::uint32_t, 7> first;
};

/// Joe and Kuo's axes 2 to 32. Axis 1 is van der Corput's sequence.
constexpr std::array<Recurrence, block - 1> recurrences{{
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
    {7, 7, {1, 1, 3, 13, 7, 35, 63}},
    {7, 8, {1, 3, 5, 9, 1, 25, 53}},
    {7, 14, {1, 3, 1, 13, 9, 35, 107}},
    {7, 19, {1, 3, 1, 5, 27, 61, 31}},
    {7, 21, {1, 1, 5, 11, 19, 41, 61}},
    {7, 28, {1, 3, 5, 3, 3, 13, 69}},
    {7, 31, {1, 1, 7, 13, 1, 19, 1}},
    {7, 32, {1, 3, 7, 5, 13, 19, 59}},
    {7, 37, {1, 1, 3, 9, 25, 29, 41}},
    {7, 41, {1, 3, 5, 13, 23, 1, 55}},
    {7, 42, {1, 3, 7, 3, 13, 59, 17}},
}};

using Directions = std::array<std::array<std::uint32_t, bits>, block>;

/// Bratley and Fox, Algorithm 659 (ACM TOMS 14, 1988), in fractions of 2^32.
constexpr Directions make_directions() {
    Directions v{};
    for (unsigned k = 0; k < bits; ++k) v[0][k] = 1U << (bits - 1 - k);
    for (std::size_t axis = 1; axis < block; ++axis) {
        const Recurrence& r = recurrences[axis - 1];
        for (unsigned k = 0; k < r.degree; ++k) v[axis][k] = r.first[k] << (bits - 1 - k);
        for (unsigned k = r.degree; k < bits; ++k) {
            std::uint32_t next = v[axis][k - r.degree] ^ (v[axis][k - r.degree] >> r.degree);
            for (unsigned j = 1; j < r.degree; ++j)
                if ((r.inner >> (r.degree - 1 - j)) & 1U) next ^= v[axis][k - j];
            v[axis][k] = next;
        }
    }
    return v;
}
constexpr Directions directions = make_directions();

constexpr std::uint32_t reversed(std::uint32_t x) {
    x = ((x >> 1U) & 0x55555555U) | ((x & 0x55555555U) << 1U);
    x = ((x >> 2U) & 0x33333333U) | ((x & 0x33333333U) << 2U);
    x = ((x >> 4U) & 0x0f0f0f0fU) | ((x & 0x0f0f0f0fU) << 4U);
    x = ((x >> 8U) & 0x00ff00ffU) | ((x & 0x00ff00ffU) << 8U);
    return (x >> 16U) | (x << 16U);
}

/// Each bit is flipped by a hash of the bits above it: Owen's nested permutation.
constexpr std::uint32_t scrambled(std::uint32_t x, std::uint32_t key) {
    x = reversed(x);
    x ^= x * 0x3d20adeaU;
    x += key;
    x *= (key >> 16U) | 1U;
    x ^= x * 0x05526c56U;
    x ^= x * 0x53a22864U;
    return reversed(x);
}

std::uint32_t sobol(std::size_t axis, std::uint32_t index) {
    std::uint32_t x = 0;
    for (unsigned k = 0; index != 0; index >>= 1U, ++k)
        if (index & 1U) x ^= directions[axis][k];
    return x;
}

}  // namespace

space::Point sobol_point(std::uint64_t seed, std::uint64_t index, std::size_t dimensions) {
    space::Point point(dimensions);
    base::Rng keys(seed, "sobol scrambling");
    std::uint32_t at = 0;
    for (std::size_t i = 0; i < dimensions; ++i) {
        // An order of its own for each further block: scrambling an index keeps aligned runs of 2^k together.
        if (i % block == 0) {
            const auto key = static_cast<std::uint32_t>(keys.bits() >> 32U);
            at = i == 0 ? static_cast<std::uint32_t>(index)
                        : scrambled(static_cast<std::uint32_t>(index), key);
        }
        const std::uint32_t x =
            scrambled(sobol(i % block, at), static_cast<std::uint32_t>(keys.bits() >> 32U));
        point[i] = (static_cast<double>(x) + 0.5) * 0x1p-32;
    }
    return point;
}

}  // namespace quench::search::sampler

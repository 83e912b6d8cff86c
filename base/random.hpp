// Keyed random numbers: a key, not a stream.
//
// `Rng{seed, purpose, index}` names one independent sequence; two places that draw for different purposes or
// indices never disturb each other, so call order, threads and the standard library cannot change a result.
// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11); the
// distributions are our own because the standard's differ between libraries.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace quench::base {

/// One Philox4x32-10 block: 128 random bits for a 128-bit counter under a 64-bit key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A sequence of random numbers, fully named by (seed, purpose, index). Copyable: a copy repeats the rest.
class Rng {
  public:
    Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0);

    /// 64 uniform random bits.
    std::uint64_t bits();
    /// Uniform on [0, 1), a multiple of 2^-53.
    double uniform();
    /// Uniform on 0 .. n-1, without modulo bias. n must not be 0.
    std::uint64_t below(std::uint64_t n);
    /// Standard normal, by Box and Muller; one of the pair is used, so that a draw costs a fixed number of
    /// bits.
    double normal();
    /// Exponential with mean 1.
    double exponential();
    /// Poisson with the given mean >= 0 (Knuth's product for small means, a sum of halves for large ones).
    std::uint64_t poisson(double mean);

    /// Fisher-Yates.
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }

  private:
    std::array<std::uint32_t, 2> key_{};
    std::uint64_t index_ = 0;
    std::uint64_t block_ = 0;
    std::array<std::uint64_t, 2> ready_{};
    unsigned left_ = 0;
};

}  // namespace quench::base

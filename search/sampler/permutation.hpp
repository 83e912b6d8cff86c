// A keyed shuffle of 0 .. size-1 that is never written out: place and item are computed from each other.
//
// A Feistel network of Philox rounds over the next power of four, walked until it lands below size (fewer
// than 4 steps expected). Same size, seed and purpose, same shuffle.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace quench::search::sampler {

class Permutation {
  public:
    /// 1 <= size <= 2^63.
    Permutation(std::uint64_t size, std::uint64_t seed, std::string_view purpose);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// Both expect an argument below size().
    [[nodiscard]] std::uint64_t item_at(std::uint64_t place) const;
    [[nodiscard]] std::uint64_t place_of(std::uint64_t item) const;

  private:
    [[nodiscard]] std::uint64_t forward(std::uint64_t x) const;
    [[nodiscard]] std::uint64_t backward(std::uint64_t x) const;
    [[nodiscard]] std::uint64_t mix(std::uint64_t half, unsigned round) const;

    std::uint64_t size_;
    unsigned half_bits_ = 1;
    std::array<std::uint32_t, 2> key_;
};

}  // namespace quench::search::sampler

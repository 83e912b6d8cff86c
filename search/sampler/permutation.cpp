#include "search/sampler/permutation.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"

namespace quench::search::sampler {
namespace {

constexpr unsigned rounds = 6;  ///< four make a Feistel network a good shuffle; small halves like some more

}

Permutation::Permutation(std::uint64_t size, std::uint64_t seed, std::string_view purpose) : size_(size) {
    QUENCH_CHECK(size >= 1 && size <= std::uint64_t{1} << 63, "a shuffle needs 1 to 2^63 items");
    while (half_bits_ < 32 && (std::uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
    const std::uint64_t bits = base::Rng(seed, purpose).bits();
    key_ = {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
}

std::uint64_t Permutation::mix(std::uint64_t half, unsigned round) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    return base::philox4x32({static_cast<std::uint32_t>(half), round, half_bits_, 0}, key_)[0] & mask;
}

std::uint64_t Permutation::forward(std::uint64_t x) const {
    std::uint64_t left = x >> half_bits_;
    std::uint64_t right = x & ((std::uint64_t{1} << half_bits_) - 1);
    for (unsigned round = 0; round < rounds; ++round) {
        const std::uint64_t next = left ^ mix(right, round);
        left = right;
        right = next;
    }
    return (left << half_bits_) | right;
}

std::uint64_t Permutation::backward(std::uint64_t x) const {
    std::uint64_t left = x >> half_bits_;
    std::uint64_t right = x & ((std::uint64_t{1} << half_bits_) - 1);
    for (unsigned round = rounds; round-- > 0;) {
        const std::uint64_t previous = right ^ mix(left, round);
        right = left;
        left = previous;
    }
    return (left << half_bits_) | right;
}

std::uint64_t Permutation::item_at(std::uint64_t place) const {
    QUENCH_CHECK(place < size_, "there is no such place");
    // The network permutes a larger set; the items outside the shuffle are stepped over along their cycle.
    do {
        place = forward(place);
    } while (place >= size_);
    return place;
}

std::uint64_t Permutation::place_of(std::uint64_t item) const {
    QUENCH_CHECK(item < size_, "there is no such item");
    do {
        item = backward(item);
    } while (item >= size_);
    return item;
}

}  // namespace quench::search::sampler

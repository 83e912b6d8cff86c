#include "base/random.hpp"

#include "base/contract.hpp"

#include <cmath>
#include <numbers>

namespace quench::base {
namespace {

constexpr std::uint32_t low(std::uint64_t x) {
    return static_cast<std::uint32_t>(x);
}
constexpr std::uint32_t high(std::uint64_t x) {
    return static_cast<std::uint32_t>(x >> 32);
}

constexpr std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

Rng::Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t index) : index_(index) {
    // Seed and purpose are mixed by the generator itself, so that near seeds give far keys.
    const std::uint64_t name = fnv1a(purpose);
    const auto mixed = philox4x32({low(name), high(name), 0x71756e63u, 0x68u}, {low(seed), high(seed)});
    key_ = {mixed[0], mixed[1]};
}

std::uint64_t Rng::bits() {
    if (left_ == 0) {
        const auto block = philox4x32({low(block_), high(block_), low(index_), high(index_)}, key_);
        ++block_;
        ready_ = {(std::uint64_t{block[1]} << 32) | block[0], (std::uint64_t{block[3]} << 32) | block[2]};
        left_ = 2;
    }
    return ready_[2 - left_--];
}

double Rng::uniform() {
    return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

std::uint64_t Rng::below(std::uint64_t n) {
    QUENCH_CHECK(n > 0, "a number below zero was asked for");
    const std::uint64_t reject_below = (0 - n) % n;  // 2^64 mod n: the incomplete last group
    for (;;) {
        const std::uint64_t x = bits();
        if (x >= reject_below) return x % n;
    }
}

double Rng::normal() {
    const double u = 1.0 - uniform();  // (0, 1]: its logarithm is finite
    const double v = uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

double Rng::exponential() {
    return -std::log(1.0 - uniform());
}

std::uint64_t Rng::poisson(double mean) {
    QUENCH_CHECK(mean >= 0 && std::isfinite(mean), "a Poisson mean must be finite and not negative");
    // exp(-mean) underflows near 745; a Poisson variable is a sum of independent ones of smaller mean.
    constexpr double largest = 256.0;
    std::uint64_t count = 0;
    for (; mean > largest; mean -= largest) count += poisson(largest);
    const double limit = std::exp(-mean);
    for (double product = uniform(); product > limit; product *= uniform()) ++count;
    return count;
}

}  // namespace quench::base

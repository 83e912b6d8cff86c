#include "trainer/nn/dropout.hpp"

#include "base/contract.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace quench::trainer::nn {
namespace {

constexpr std::size_t lanes = 16;  // blocks made side by side
constexpr std::size_t per_block = 8;
using Words = std::array<std::array<std::uint32_t, lanes>, 4>;

// base::philox4x32 of `lanes` counters under one key, as loops that vectorise.
void philox(Words& c, std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const std::uint64_t a = std::uint64_t{0xD2511F53u} * c[0][l];
            const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * c[2][l];
            c[0][l] = static_cast<std::uint32_t>(b >> 32) ^ c[1][l] ^ key[0];
            c[1][l] = static_cast<std::uint32_t>(b);
            c[2][l] = static_cast<std::uint32_t>(a >> 32) ^ c[3][l] ^ key[1];
            c[3][l] = static_cast<std::uint32_t>(a);
        }
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
}

std::uint32_t low(std::uint64_t x) {
    return static_cast<std::uint32_t>(x);
}
std::uint32_t high(std::uint64_t x) {
    return static_cast<std::uint32_t>(x >> 32);
}

}  // namespace

template <class Scalar>
void dropout(Eigen::Ref<Matrix<Scalar>> x, double rate, DropoutKey key, std::uint64_t event,
             std::uint32_t layer) {
    constexpr double steps = 65536;
    QUENCH_CHECK(rate >= 0 && rate < 1, "a dropout rate must be from 0 to below 1");
    QUENCH_CHECK(x.outerStride() == x.cols(), "the rows of an event must lie in one piece");
    const auto goes_below = static_cast<std::uint32_t>(std::min(std::round(rate * steps), steps - 1));
    if (goes_below == 0) return;
    const auto stays = static_cast<Scalar>(steps / (steps - goes_below));
    const auto n = static_cast<std::size_t>(x.size());
    QUENCH_CHECK(n / per_block < UINT32_MAX, "an event is too large for its counter");

    const auto mixed = base::philox4x32({low(key.step), high(key.step), 0x64726f70u, 0x6f757400u},
                                        {low(key.seed), high(key.seed)});
    Scalar* data = x.data();
    for (std::size_t first = 0; first < n; first += lanes * per_block) {
        Words words;
        for (std::size_t l = 0; l < lanes; ++l) {
            words[0][l] = static_cast<std::uint32_t>(first / per_block + l);
            words[1][l] = layer;
            words[2][l] = low(event);
            words[3][l] = high(event);
        }
        philox(words, {mixed[0], mixed[1]});
        // Of the group's entries, word w's low halves serve the 16 from 32 w on, its high halves the next 16.
        std::array<Scalar, lanes * per_block> factor;
        for (std::size_t w = 0; w < words.size(); ++w)
            for (std::size_t l = 0; l < lanes; ++l) {
                factor[(2 * w) * lanes + l] = (words[w][l] & 0xFFFFu) < goes_below ? Scalar(0) : stays;
                factor[(2 * w + 1) * lanes + l] = (words[w][l] >> 16) < goes_below ? Scalar(0) : stays;
            }
        const std::size_t count = std::min(n - first, factor.size());
        for (std::size_t i = 0; i < count; ++i) data[first + i] *= factor[i];
    }
}

template <class Scalar>
void dropout(Matrix<Scalar>& x, double rate, const Dropping& dropping, std::uint32_t layer) {
    if (!dropping.drops(rate)) return;
    for (std::size_t e = 0; e < dropping.numbers.size(); ++e) {
        const Index first = dropping.begin[e], rows = dropping.begin[e + 1] - first;
        dropout<Scalar>(x.middleRows(first, rows), rate, *dropping.key, dropping.numbers[e], layer);
    }
}

template void dropout<float>(Eigen::Ref<Matrix<float>>, double, DropoutKey, std::uint64_t, std::uint32_t);
template void dropout<double>(Eigen::Ref<Matrix<double>>, double, DropoutKey, std::uint64_t, std::uint32_t);
template void dropout<float>(Matrix<float>&, double, const Dropping&, std::uint32_t);
template void dropout<double>(Matrix<double>&, double, const Dropping&, std::uint32_t);

}  // namespace quench::trainer::nn

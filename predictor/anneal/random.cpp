#include "predictor/anneal/random.hpp"

#include "base/random.hpp"

namespace quench::predictor::anneal {

Bits random_state(std::size_t size, std::uint64_t seed, std::size_t read) {
    base::Rng rng(seed, "anneal initial state", read);
    Bits bits(size);
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < size; ++i) {
        if (i % 64 == 0) word = rng.bits();
        bits[i] = static_cast<std::uint8_t>(word >> (i % 64) & 1u);
    }
    return bits;
}

base::Result<SampleSet> RandomAnnealer::sample(const Problem& problem, const Parameters& parameters) const {
    if (auto checked = check(problem, parameters); !checked) return checked.error();
    const auto begin = std::chrono::steady_clock::now();
    std::vector<Bits> reads;
    for (std::size_t read = 0; read < parameters.num_reads; ++read)
        reads.push_back(random_state(size(problem), parameters.seed, read));
    Info info;
    info.annealer = name();
    info.sampling_ns = nanoseconds_since(begin);
    return SampleSet(problem, std::move(reads), std::move(info));
}

}  // namespace quench::predictor::anneal

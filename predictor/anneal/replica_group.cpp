#include "predictor/anneal/replica_group.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <new>

namespace quench::predictor::anneal {
namespace {

constexpr std::align_val_t alignment{64};  // of the widest vectors and of cache lines

}  // namespace

void ReplicaGroup::Free::operator()(void* memory) const {
    ::operator delete(memory, alignment);
}

template <class T>
ReplicaGroup::Aligned<T> ReplicaGroup::aligned(std::size_t count) {
    auto* memory = static_cast<T*>(::operator new(std::max<std::size_t>(count, 1) * sizeof(T), alignment));
    std::fill_n(memory, count, T{});
    return Aligned<T>(memory);
}

ReplicaGroup::ReplicaGroup(const Kernel& kernel, const ScaledProblem& problem, std::uint64_t seed,
                           std::size_t index)
    : kernel_(kernel),
      problem_(problem),
      fields_(aligned<float>(problem.view().points * lanes)),
      codes_(aligned<std::uint32_t>(problem.view().points * lanes)),
      random_(aligned<std::uint32_t>(4 * lanes)),
      state_{fields_.get(), codes_.get(), random_.get()} {
    base::Rng rng(seed, "anneal lanes", index);
    for (std::size_t word = 0; word < 4 * lanes; ++word)
        random_[word] = static_cast<std::uint32_t>(rng.bits() >> 32);
    for (std::size_t lane = 0; lane < lanes; ++lane)
        random_[lane] |= 1u;  // xoshiro's state must not be all zero
}

void ReplicaGroup::set(std::size_t lane, const qubo::FactoredQubo& problem,
                       std::span<const std::uint8_t> bits) {
    for (std::size_t n = 0; n < problem.points; ++n) {
        std::uint32_t code = 0;
        for (std::size_t p = 0; p < problem.slots(); ++p)
            code |= static_cast<std::uint32_t>(bits[problem.variable(n, p)]) << p;
        codes_[n * lanes + lane] = code;
    }
    sweeps_ = 0;
}

qubo::Bits ReplicaGroup::get(std::size_t lane, const qubo::FactoredQubo& problem) const {
    qubo::Bits bits(problem.size());
    for (std::size_t n = 0; n < problem.points; ++n) {
        for (std::size_t p = 0; p < problem.slots(); ++p)
            bits[problem.variable(n, p)] = static_cast<std::uint8_t>(codes_[n * lanes + lane] >> p & 1u);
    }
    return bits;
}

KernelCounts ReplicaGroup::sweep(std::span<const std::uint32_t> order, double beta, Moves moves, Rule rule) {
    if (sweeps_++ % sweeps_between_refreshes == 0) kernel_.refresh(problem_.view(), state_);
    // beta = 0 accepts everything; a finite temperature keeps 0 x infinity out of the kernel.
    const double temperature = std::min(problem_.scale() / beta, 1e30);
    return kernel_.sweep(problem_.view(), state_,
                         {order.data(), static_cast<float>(temperature), moves, rule});
}

}  // namespace quench::predictor::anneal

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
      temperatures_(aligned<float>(lanes)),
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
    std::array<double, lanes> betas;
    betas.fill(beta);
    return sweep(order, betas, moves, rule);
}

KernelCounts ReplicaGroup::sweep(std::span<const std::uint32_t> order, const std::array<double, lanes>& betas,
                                 Moves moves, Rule rule) {
    if (sweeps_++ % sweeps_between_refreshes == 0) kernel_.refresh(problem_.view(), state_);
    // beta = 0 accepts everything; a finite temperature keeps 0 x infinity out of the kernel.
    for (std::size_t lane = 0; lane < lanes; ++lane)
        temperatures_[lane] = static_cast<float>(std::min(problem_.scale() / betas[lane], 1e30));
    return kernel_.sweep(problem_.view(), state_, {order.data(), temperatures_.get(), moves, rule});
}

std::array<double, lanes> ReplicaGroup::energies() const {
    const KernelProblem& p = problem_.view();
    std::array<float, lanes> totals{};
    for (std::size_t n = 0; n < p.points; ++n) {
        std::array<float, lanes> beta{}, cost{};
        for (std::size_t slot = 0; slot < p.slots; ++slot) {
            const float weight = p.weights[slot], linear = p.linear[n * p.slots + slot];
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                const auto bit = static_cast<float>(codes_[n * lanes + lane] >> slot & 1u);
                beta[lane] += bit * weight;
                cost[lane] += bit * linear;
            }
        }
        for (std::size_t lane = 0; lane < lanes; ++lane)
            totals[lane] += 0.5f * beta[lane] * fields_[n * lanes + lane] + cost[lane];
    }
    std::array<double, lanes> energies{};
    for (std::size_t lane = 0; lane < lanes; ++lane) energies[lane] = totals[lane] / problem_.scale();
    return energies;
}

}  // namespace quench::predictor::anneal

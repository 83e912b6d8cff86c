// 32 replicas that anneal together, one in each lane.
#pragma once

#include "predictor/anneal/kernel.hpp"
#include "predictor/anneal/scaled_problem.hpp"
#include "predictor/qubo/factored.hpp"

#include <array>
#include <memory>
#include <span>
#include <vector>

namespace quench::predictor::anneal {

/// State of one group, owned. Its random numbers are keyed by (seed, index), so that what it does depends on
/// no other group and on no thread.
class ReplicaGroup {
  public:
    /// How often fields are computed anew: rounding of 1e-7 a step stays far below any temperature that
    /// matters.
    static constexpr std::size_t sweeps_between_refreshes = 64;

    ReplicaGroup(const Kernel& kernel, const ScaledProblem& problem, std::uint64_t seed, std::size_t index);

    /// Sets a lane's state.
    void set(std::size_t lane, const qubo::FactoredQubo& problem, std::span<const std::uint8_t> bits);
    [[nodiscard]] qubo::Bits get(std::size_t lane, const qubo::FactoredQubo& problem) const;
    /// One sweep at the unscaled inverse temperature `beta` (infinity: only downhill).
    KernelCounts sweep(std::span<const std::uint32_t> order, double beta, Moves moves, Rule rule);
    /// The same with an inverse temperature for each lane.
    KernelCounts sweep(std::span<const std::uint32_t> order, const std::array<double, lanes>& betas,
                       Moves moves, Rule rule);
    /// Energies without the problem's offset, unscaled, to the precision of floats.
    [[nodiscard]] std::array<double, lanes> energies() const;

  private:
    struct Free {
        void operator()(void* memory) const;
    };
    template <class T>
    using Aligned = std::unique_ptr<T[], Free>;
    template <class T>
    static Aligned<T> aligned(std::size_t count);

    const Kernel& kernel_;
    const ScaledProblem& problem_;
    Aligned<float> fields_;
    Aligned<std::uint32_t> codes_;
    Aligned<std::uint32_t> random_;
    Aligned<float> temperatures_;
    KernelState state_;
    std::size_t sweeps_ = 0;
};

}  // namespace quench::predictor::anneal

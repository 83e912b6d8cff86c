#include "predictor/anneal/tempering.hpp"

#include "base/random.hpp"
#include "predictor/anneal/random.hpp"
#include "predictor/anneal/replica_run.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace quench::predictor::anneal {
namespace {

/// Which lane stands on which rung of inverse temperatures, rising from hot to cold.
class Ladder {
  public:
    Ladder(std::pair<double, double> range, base::Rng rng) : rng_(rng) {
        std::iota(lane_.begin(), lane_.end(), std::size_t{0});
        for (std::size_t rung = 0; rung < lanes; ++rung) {
            const double part = static_cast<double>(rung) / (lanes - 1);
            const bool zero = range.first <= 0 || range.second <= 0;
            rungs_[rung] = zero ? range.first + part * (range.second - range.first)
                                : range.first * std::pow(range.second / range.first, part);
        }
        std::ranges::sort(rungs_);
        betas_ = rungs_;
    }

    [[nodiscard]] const std::array<double, lanes>& betas() const { return betas_; }
    [[nodiscard]] std::size_t lane(std::size_t rung) const { return lane_[rung]; }

    /// Every other pair of neighbours, the others the next time.
    void exchange(const std::array<double, lanes>& energies) {
        for (std::size_t hot = odd_ ? 1 : 0; hot + 1 < lanes; hot += 2) {
            std::size_t &a = lane_[hot], &b = lane_[hot + 1];
            const double gain = (rungs_[hot + 1] - rungs_[hot]) * (energies[b] - energies[a]);
            const bool accept = -rng_.exponential() < gain;
            if (!accept) continue;
            std::swap(a, b);
            betas_[a] = rungs_[hot];
            betas_[b] = rungs_[hot + 1];
        }
        odd_ = !odd_;
    }

  private:
    std::array<double, lanes> rungs_{}, betas_{};  ///< by rung, by lane
    std::array<std::size_t, lanes> lane_{};        ///< by rung
    base::Rng rng_;
    bool odd_ = false;
};

GroupResult temper_group(const ReplicaRun& run, std::size_t index) {
    const Parameters& parameters = run.parameters;
    const std::size_t first = index * lanes, sweeps = parameters.num_sweeps;
    const std::size_t count = std::min(lanes, parameters.num_reads - first);
    ReplicaGroup group(run.kernel, run.scaled, parameters.seed, index);
    for (std::size_t lane = 0; lane < lanes; ++lane)
        group.set(lane, run.problem,
                  lane < count ? run.first_state(first + lane)
                               : random_state(run.problem.size(), parameters.seed, first + lane));
    Ladder ladder(run.range, base::Rng(parameters.seed, "tempering", index));
    SweepOrder order = run.order();
    GroupResult result;
    result.reads.emplace_back();  // the lowest, in the end
    double lowest = std::numeric_limits<double>::infinity();
    for (std::size_t sweep = 0; sweep < sweeps; ++sweep, run.progress.sweep_done()) {
        if (parameters.interrupt_function.stop_requested()) {
            result.interrupted = true;
            break;
        }
        const KernelCounts counts = group.sweep(order.next(), ladder.betas(), run.moves, run.rule);
        result.attempted += counts.singles + counts.pairs;
        result.accepted += counts.singles_accepted + counts.pairs_accepted;
        const auto energies = group.energies();
        const auto best = std::ranges::min_element(energies);
        if (*best < lowest) {
            lowest = *best;
            result.reads.front() = group.get(static_cast<std::size_t>(best - energies.begin()), run.problem);
        }
        ladder.exchange(energies);
        const std::size_t half =
            sweeps - sweeps / 2;  // reads k = 1, 2, ... are due after this many sweeps and on
        for (std::size_t rung = lanes; rung-- > 0 && result.reads.size() < count;) {
            if (half + result.reads.size() * (sweeps - half) / count > sweep + 1) break;
            result.reads.push_back(group.get(ladder.lane(rung), run.problem));
        }
    }
    if (lowest == std::numeric_limits<double>::infinity()) result.reads.front() = group.get(0, run.problem);
    while (result.reads.size() < count)  // interrupted early, or no sweeps at all
        result.reads.push_back(group.get(ladder.lane(lanes - result.reads.size()), run.problem));
    return result;
}

}  // namespace

base::Result<SampleSet> TemperingAnnealer::sample(const Problem& problem,
                                                  const Parameters& parameters) const {
    return sample_by_groups(problem, parameters, {name(), temper_group});
}

}  // namespace quench::predictor::anneal

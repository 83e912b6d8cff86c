#include "predictor/anneal/simulated.hpp"

#include "predictor/anneal/replica_run.hpp"

#include <algorithm>
#include <limits>

namespace quench::predictor::anneal {
namespace {

/// Sweeps that only descend, after the last temperature, in all lanes: a share of the annealing, within
/// bounds.
std::size_t descending_sweeps(std::size_t num_sweeps) {
    return num_sweeps == 0 ? 0 : std::clamp<std::size_t>(num_sweeps / 60, 4, 64);
}

GroupResult anneal_group(const ReplicaRun& run, std::size_t index) {
    const std::size_t first = index * lanes;
    const std::size_t count = std::min(lanes, run.parameters.num_reads - first);
    ReplicaGroup group(run.kernel, run.scaled, run.parameters.seed, index);
    for (std::size_t lane = 0; lane < count; ++lane)
        group.set(lane, run.problem, run.first_state(first + lane));
    SweepOrder order = run.order();
    GroupResult result;
    const auto sweep = [&](double beta) {
        if (run.parameters.interrupt_function.stop_requested()) result.interrupted = true;
        if (result.interrupted) return;
        const KernelCounts counts = group.sweep(order.next(), beta, run.moves, run.rule);
        result.attempted += counts.singles + counts.pairs;
        result.accepted += counts.singles_accepted + counts.pairs_accepted;
    };
    for (const double beta : run.betas) {
        sweep(beta);
        run.progress.sweep_done();
    }
    const std::size_t descending = descending_sweeps(run.parameters.num_sweeps);
    if (run.parameters.descent_reads > 0)
        for (std::size_t i = 0; i < descending; ++i) sweep(std::numeric_limits<double>::infinity());
    for (std::size_t lane = 0; lane < count; ++lane) result.reads.push_back(group.get(lane, run.problem));
    return result;
}

}  // namespace

base::Result<SampleSet> SimulatedAnnealer::sample(const Problem& problem,
                                                  const Parameters& parameters) const {
    return sample_by_groups(problem, parameters, {name(), anneal_group});
}

}  // namespace quench::predictor::anneal

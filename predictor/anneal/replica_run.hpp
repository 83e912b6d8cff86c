// What all annealers that work by groups of replicas share: the problem in floats, a kernel, temperatures,
// threads.
#pragma once

#include "predictor/anneal/annealer.hpp"
#include "predictor/anneal/replica_group.hpp"
#include "predictor/anneal/schedule.hpp"

#include <atomic>
#include <mutex>

namespace quench::predictor::anneal {

/// Tells the caller how far the sweeps of all groups are, in steps of a hundredth. Thread-safe.
class Progress {
  public:
    Progress(const decltype(Parameters::progress)& tell, std::uint64_t total) : tell_(tell), total_(total) {}
    void sweep_done();

  private:
    const decltype(Parameters::progress)& tell_;
    std::uint64_t total_;
    std::atomic<std::uint64_t> done_ = 0;
    std::mutex one_at_a_time_;
};

/// One call. The threads share it; all but `progress` is read-only.
struct ReplicaRun {
    const qubo::FactoredQubo& problem;
    const ScaledProblem& scaled;
    const Parameters& parameters;
    const Kernel& kernel;
    const std::vector<double>& betas;  ///< of the sweeps: num_sweeps values
    std::pair<double, double> range;   ///< (hot, cold) inverse temperatures
    Moves moves;
    Rule rule;
    Progress& progress;

    /// Read number `read`'s first state.
    [[nodiscard]] Bits first_state(std::size_t read) const;
    /// All groups go through the points in the same orders: then a read does not depend on how many there
    /// are.
    [[nodiscard]] SweepOrder order() const;
};

struct GroupResult {
    std::vector<Bits> reads;
    std::uint64_t attempted = 0, accepted = 0;
    bool interrupted = false;
};

/// What a group of `lanes` replicas does: reads number index * lanes and on, at most `lanes` of them.
struct GroupMethod {
    std::string_view name;
    GroupResult (*run)(const ReplicaRun& run, std::size_t index);
};

/// Runs the method for as many groups as the reads need, over threads, and descends the lowest reads.
[[nodiscard]] base::Result<SampleSet> sample_by_groups(const Problem& problem, const Parameters& parameters,
                                                       const GroupMethod& method);

}  // namespace quench::predictor::anneal

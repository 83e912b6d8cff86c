// The interface of everything that minimises a QUBO: simulated, exact, random or somebody's quantum computer.
#pragma once

#include "base/result.hpp"
#include "predictor/anneal/problem.hpp"
#include "predictor/anneal/sample_set.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

namespace quench::predictor::anneal {

enum class BetaSchedule { geometric, linear, custom };
/// Where reads start that `initial_states` has no state for: at random bits, at the given states in turn, or
/// nowhere (then there must be a state for each).
enum class InitialStatesGenerator { random, tile, none };
enum class AcceptanceCriteria { metropolis, gibbs };
enum class InstructionSet { best, avx512, avx2, baseline };

/// The names and meanings of dwave-samplers; those below the line are ours. An annealer reads what it has a
/// use for.
struct Parameters {
    std::size_t num_reads = 128;
    std::size_t num_sweeps = 300;
    std::size_t num_sweeps_per_beta = 1;
    /// Inverse temperatures (hot, cold), in 1 / energy. Without it: probed, see simulated.hpp.
    std::optional<std::pair<double, double>> beta_range = {};
    BetaSchedule beta_schedule_type = BetaSchedule::geometric;
    std::vector<double> beta_schedule = {};  ///< for custom: num_sweeps / num_sweeps_per_beta values
    std::uint64_t seed = 0;
    std::vector<Bits> initial_states = {};
    InitialStatesGenerator initial_states_generator = InitialStatesGenerator::random;
    /// Sweeps go through the variables in a new random order each. Pair flips need it, and do so in any case.
    bool randomize_order = true;
    AcceptanceCriteria proposal_acceptance_criteria = AcceptanceCriteria::metropolis;
    std::stop_token interrupt_function = {};  ///< asked between sweeps; what was found by then is returned
    // ---
    /// Told now and then how much is done, of how much; from any thread, one call at a time.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
    bool pair_flips = true;  ///< two bits at once: what the stiff kernels of regression need
    std::size_t descent_reads =
        20;  ///< how many of the lowest reads end by descent: 1 or 2 flips, or changes of sums
    std::size_t threads = 1;  ///< 0: as many as there are cores; the samples are the same for any number
    InstructionSet instruction_set = InstructionSet::best;  ///< the samples are the same for any
};

/// A sampler of low energies. Same problem and parameters, same samples: there is no other source of
/// randomness than the seed (external commands excepted, who answer for themselves). Thread-safe: `sample`
/// keeps no state.
class Annealer {
  public:
    virtual ~Annealer() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// At least one sample, or an Error: parameters that make no sense, a problem it cannot take.
    [[nodiscard]] virtual base::Result<SampleSet> sample(const Problem& problem,
                                                         const Parameters& parameters) const = 0;
};

/// What every annealer checks first: coefficients are finite, counts are not zero or beyond limits, schedules
/// and initial states fit the problem.
[[nodiscard]] base::Result<> check(const Problem& problem, const Parameters& parameters);

/// More reads than one call returns; 10^6 samples of 960 bits are 1 GB.
inline constexpr std::size_t most_reads = 1'000'000;
inline constexpr std::size_t most_sweeps = 100'000'000;

}  // namespace quench::predictor::anneal

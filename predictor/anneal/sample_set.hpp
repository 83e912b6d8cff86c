// What an annealer found.
#pragma once

#include "predictor/anneal/problem.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace quench::predictor::anneal {

struct Sample {
    Bits bits = {};
    double energy = 0;  ///< offset included
    std::size_t num_occurrences = 1;
    friend bool operator==(const Sample&, const Sample&) = default;
};

/// How samples came about.
struct Info {
    std::string annealer = {};
    /// Inverse temperatures of the first and the last sweep, in units of 1 / energy.
    std::optional<std::pair<double, double>> beta_range = {};
    std::string instruction_set = {};  ///< of the inner loop; empty where there is none
    std::uint64_t flips_attempted = 0;
    std::uint64_t flips_accepted = 0;
    std::int64_t preprocessing_ns = 0;  ///< wall-clock, as dwave-samplers' timing
    std::int64_t sampling_ns = 0;
    std::int64_t postprocessing_ns = 0;
    bool proved_optimal = false;  ///< the first sample is a global minimum, by proof
    bool interrupted = false;     ///< the caller asked to stop before all sweeps were made
};

[[nodiscard]] std::int64_t nanoseconds_since(std::chrono::steady_clock::time_point begin);

/// Samples in order of energy, ties by bits, so that equal sets compare equal.
class SampleSet {
  public:
    SampleSet() = default;
    /// Computes the energies: what another program says about them is not believed.
    SampleSet(const Problem& problem, std::vector<Bits> reads, Info info);
    SampleSet(std::vector<Sample> samples, Info info);

    [[nodiscard]] std::span<const Sample> samples() const { return samples_; }
    [[nodiscard]] bool empty() const { return samples_.empty(); }
    /// The lowest; the set must not be empty.
    [[nodiscard]] const Sample& first() const;
    /// The same bits once, their occurrences added up.
    [[nodiscard]] SampleSet aggregate() const;
    /// Those within `tolerance` (absolute) of the lowest energy.
    [[nodiscard]] SampleSet lowest(double tolerance = 1e-9) const;
    [[nodiscard]] const Info& info() const { return info_; }
    [[nodiscard]] Info& info() { return info_; }

  private:
    std::vector<Sample> samples_;
    Info info_;
};

}  // namespace quench::predictor::anneal

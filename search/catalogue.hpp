// The one table of samplers and schedulers by the names that a study file uses.
#pragma once

#include "base/result.hpp"
#include "predictor/catalogue.hpp"
#include "search/sampler/sampler.hpp"
#include "search/scheduler/scheduler.hpp"
#include "search/space/space.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quench::search {

/// `search:` of a study file.
struct SamplerOptions {
    std::string name = "random";
    std::uint64_t seed = 0;
    std::uint64_t grid_points =
        5;  ///< grid: values on an axis of a float without step; integers use all of theirs
    std::uint64_t startup_trials = 10;               ///< model-based samplers: trials before the first model
    std::vector<space::Configuration> enqueue = {};  ///< proposed first, in this order
    std::size_t objectives = 1;                      ///< of the study
    bool cost_aware = false;  ///< gp: improvement per second is what counts (`cost: seconds`)
    friend bool operator==(const SamplerOptions&, const SamplerOptions&) = default;
};

/// `predictor:` of a study file's fidelity.
struct PredictorChoice {
    std::string model;
    predictor::PredictorOptions options = {};
    friend bool operator==(const PredictorChoice&, const PredictorChoice&) = default;
};

/// `fidelity:` of a study file.
struct SchedulerOptions {
    std::string name = "none";
    std::string unit = "step";
    Resource min = 1;
    Resource max = 1;
    int eta = 3;
    int brackets = 1;                                    ///< asha, asha-stopping
    std::optional<std::uint64_t> trials = std::nullopt;  ///< successive-halving: how many start
    // Of the swift schedulers; without a value, the scheduler's own.
    std::optional<std::string> mode = std::nullopt;  ///< swift-hyperband: paper
    std::optional<PredictorChoice> predictor = std::nullopt;
    std::optional<std::uint64_t> teaching = std::nullopt;  ///< `d`: mode paper, fast-hyperband
    std::optional<double> vanguard = std::nullopt;         ///< `k`: mode paper, fast-hyperband
    std::optional<double> known_curve = std::nullopt;      ///< mode paper
    std::optional<double> risk = std::nullopt;             ///< all but mode paper
    std::optional<double> audit = std::nullopt;            ///< swift-hyperband, swift-asha
    std::optional<double> start_cost = std::nullopt;       ///< swift-hyperband, swift-asha
    // Of pbt; without a value, the scheduler's own.
    std::optional<std::uint64_t> population = std::nullopt;
    std::optional<Resource> interval = std::nullopt;  ///< a twentieth of max
    std::optional<double> quantile = std::nullopt;
    std::optional<double> perturb = std::nullopt;
    std::optional<double> resample = std::nullopt;
    friend bool operator==(const SchedulerOptions&, const SchedulerOptions&) = default;
};

std::vector<std::string> sampler_names();
std::vector<std::string> scheduler_names();
/// Whether what it proposes depends on what earlier trials showed. False for an unknown name.
bool sampler_learns(const std::string& name);

/// Whether it proposes configurations of its own, beside the sampler's. False for an unknown name.
bool scheduler_proposes(const std::string& name);

/// An error names the option, its value and the way out.
base::Result<std::unique_ptr<sampler::Sampler>> make_sampler(const SamplerOptions& options,
                                                             const space::Space& space);
/// Space and seed are for schedulers that make configurations themselves.
base::Result<std::unique_ptr<scheduler::Scheduler>> make_scheduler(const SchedulerOptions& options,
                                                                   const space::Space& space = {},
                                                                   std::uint64_t seed = 0);

}  // namespace quench::search

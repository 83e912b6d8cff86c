// One study on a virtual clock: the coordinator's own decisions, workers and machines made up.
//
// What is decided and what it changes is core's `decisions_due` and `apply`, with the sampler and the
// scheduler of the study file. In place of messages, processes and clocks there is a queue of happenings.
// Told the same arguments it does the same: randomness is keyed by the study's seed.
#pragma once

#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/cost.hpp"
#include "orchestrator/simulate/dropped.hpp"
#include "orchestrator/simulate/landscape.hpp"
#include "orchestrator/simulate/worker_time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::simulate {

/// The best objective that any trial had reported, when it was.
struct Improvement {
    core::Resource spent = 0;
    double seconds = 0;
    double value = 0;
    friend bool operator==(const Improvement&, const Improvement&) = default;
};

/// What one simulated study came to.
struct Run {
    std::uint64_t seed = 0;
    std::optional<double> best;  ///< as `quench best` says
    bool provisional = false;    ///< no trial was completed
    std::optional<double>
        trained_out;  ///< what that trial shows at the maximum, whether it was trained there or not
    std::optional<double> regret;
    core::Resource resource = 0;  ///< each step of each trial once
    std::size_t trials = 0;
    std::size_t completed = 0;
    double seconds = 0;  ///< on the virtual clock, until the last attempt has ended
    WorkerTime time;
    /// Idle share of the workers that lived, until the last trial was proposed.
    double idle_before_last = 0;
    double wrongly_dropped = 0;
    std::size_t wrongly_dropped_trials = 0;
    Calibration calibration;   ///< of the chances that verdicts rested on
    std::size_t off_grid = 0;  ///< trials that another configuration answered for
    double distance = 0;       ///< to it, mean over all trials
    std::vector<Improvement> improvements;
    std::string ending;  ///< why it ended, as `quench run` says
};

Run simulate(const core::Study& study, const Landscape& landscape, const Cost& cost);

}  // namespace quench::orchestrator::simulate

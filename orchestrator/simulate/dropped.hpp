// Trials that should have gone on: what stopping early cost.
#pragma once

#include "orchestrator/core/state.hpp"
#include "orchestrator/simulate/calibration.hpp"
#include "orchestrator/simulate/landscape.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace quench::orchestrator::simulate {

/// A rung's entrants are the trials of its bracket that were trained beyond the rung below (at the first:
/// all). Its survivors are those trained beyond it, at a bracket's top those trained to it. The true
/// survivors are the best of the entrants by the values that all of them would show at the rung: as many as
/// did survive; at a bracket's top, from where nobody goes on, as many as would by eta, floor(n / eta) of n
/// and at least one. (What is wanted at the top in the end is the best alone. But as many as that are what
/// the other rungs give, and several good results are what the study was asked to train out.)
struct Dropped {
    std::size_t trials = 0;  ///< true survivors that did not survive, over all rungs
    double share = 0;  ///< of a rung's true survivors; mean over the rungs that dropped a trial and kept one
};
Dropped wrongly_dropped(const core::State& state, const std::vector<Curve>& curves);

/// A verdict in the middle of a round, and the chance that it rested on.
struct Claim {
    core::TrialId trial;
    core::Resource target = 0;  ///< of the round
    double chance = 0;          ///< to be among those that go on from there
    bool stopped = false;
};
/// Claims beside the truth: whether the trial is among the rung's true survivors. Of stopped trials only a
/// simulation knows it. Claims about a rung that nobody survived are left out.
Calibration calibration(const core::State& state, const std::vector<Curve>& curves,
                        const std::vector<Claim>& claims);

/// What a trial would show at the study's maximum, in the user's direction. Nothing where that is no finite
/// number.
std::optional<double> trained_out(const core::State& state, const std::vector<Curve>& curves,
                                  core::TrialId trial);

/// By how much the chosen trial, trained to the maximum, is worse than the best that was proposed. Nothing
/// where that is no finite number.
std::optional<double> regret(const core::State& state, const std::vector<Curve>& curves,
                             core::TrialId chosen);

}  // namespace quench::orchestrator::simulate

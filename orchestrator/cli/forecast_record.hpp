// Verdicts beside what came of them: was the forecast near, was the chance right?
#pragma once

#include "orchestrator/cli/output.hpp"
#include "orchestrator/core/state.hpp"

#include <vector>

namespace quench::orchestrator::cli {

/// Every verdict of a trial with what it rested on. Once the trial has come to the step that was forecast,
/// `came_to` is its value there, `inside` whether that lies within 1.645 deviations of the forecast (90 % of
/// errors if they are normal), `went_on` whether it did go on from there or, at the maximum, was its
/// bracket's best, and `right` whether the forecast was to let just those go on (an audit was to stop its
/// trial). They are null while that is open; of a trial that was stopped before, it is never known.
Json verdict_rows(const core::State& state, const std::vector<core::StampedFact>& facts, core::TrialId trial);

/// The study's verdicts that rest on forecasts: `chances[{from, to, verdicts, mean_chance, went_on}]` over
/// those whose outcome is known, `audits` of the same over those among them that would have stopped their
/// trial: as many in each bin as the option audit lets go on, so that they speak for the stops,
/// `predictors[{predictor, forecasts, decided, median_error, inside}]`, each over the forecasts of its own,
/// with no forecasts for one that was asked for and never answered; `beside_last[{predictor, forecasts,
/// median_error, median_error_of_last, nearer}]` over those that the last value made too; and how many were
/// stopped at which sum of chances.
Json calibration_view(const core::State& state, const std::vector<core::StampedFact>& facts);

}  // namespace quench::orchestrator::cli

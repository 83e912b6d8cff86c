// What a state looks like from outside: the JSON that verbs print. Keys are stable; README.md lists them.
#pragma once

#include "orchestrator/cli/output.hpp"
#include "orchestrator/core/best.hpp"
#include "orchestrator/core/state.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// queued, running, paused, or how it ended: completed, stopped, failed, diverged, infeasible.
std::string state_name(const core::Trial& trial);
const std::vector<std::string>& state_names();
/// running, paused, completed, cancelled, failed.
std::string state_name(const core::State& state);

/// Trials by the name of their state; every name is there.
std::map<std::string, std::size_t> count_states(const core::State& state);

/// The resource that the study will spend, where schedule and stop rules fix it.
std::optional<core::Resource> planned_resource(const core::State& state);

Json to_json(const search::space::Configuration& params);
Json study_row(const core::State& state);
Json rung_rows(const core::State& state);
Json status_view(const core::State& state);
Json best_view(const core::State& state, const core::Best& best);
/// The objectives of a study: metric and direction of each.
Json objective_rows(const core::Study& study);
/// Several objectives: the trials that nothing beats, and how much of the space they command.
Json front_view(const core::State& state, const core::Front& front);
/// The trials that a trial goes back to, the oldest first and itself last, each with the steps that count of
/// it: to train what it is, train with the parameters of each in turn. Null where it has no parent.
Json lineage_rows(const core::State& state, core::TrialId trial);
Json trial_row(const core::State& state, const core::Trial& trial);
/// Everything about a trial, from the journal: reports with all metrics, attempts, verdicts.
Json trial_view(const core::State& state, const std::vector<core::StampedFact>& facts, core::TrialId trial);

}  // namespace quench::orchestrator::cli

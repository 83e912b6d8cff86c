// Finds a study in the database and replays it.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// The facts of a study and what they amount to.
struct Journal {
    std::string study;
    std::vector<core::StampedFact> facts;
    core::State state;
};

/// The study's name: the given one if it exists, the only one if none is given. Throws Refusal: not found
/// with the nearest name, usage if there are several to choose from.
std::string choose_study(const store::Store& store, const std::string& wanted);

/// As choose_study, but if none is named and there are several, the only one that has not ended.
std::string choose_unfinished(const store::Store& store, const std::string& wanted);

std::vector<core::StampedFact> facts_of(const store::Store& store, const std::string& study);

/// Opens, chooses, loads, replays. `wanted` is "" when the user named none.
Journal read_journal(const World& world, const Common& common, const std::string& wanted);

/// The trial with a number. Throws Refusal where there is none.
core::TrialId existing_trial(const Journal& journal, std::uint64_t number);

}  // namespace quench::orchestrator::cli

// What every store checks before it writes.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/fact.hpp"

#include <span>
#include <string>

namespace quench::orchestrator::store {

enum class StudyIs { absent, present };

/// The first batch of a study begins with its StudyCreated, of the same name; no other fact is one.
base::Result<> check_batch(const std::string& study, StudyIs is, std::span<const core::StampedFact> facts);

/// The error of `load` for a name that no study has.
base::Error no_such_study(const std::string& study);

}  // namespace quench::orchestrator::store

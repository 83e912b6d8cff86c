// What a study with `warm_start` begins with.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/fact.hpp"
#include "orchestrator/store/store.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// The trials of the study that `warm_start` names, which is set, and a line on world.err on how many of them
/// are used. A database that it names is looked for from the study file's folder; else it is `own`, which is
/// not null then. Throws Refusal where there is no such study, or its trials are of no use to this one.
std::vector<core::TrialLearned> learn(const World& world, const store::Store* own, const core::Study& study,
                                      const std::string& study_dir);

}  // namespace quench::orchestrator::cli

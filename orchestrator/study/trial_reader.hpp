// Reads `trial:` of a study file: the program and how it is run.
#pragma once

#include "orchestrator/study/section.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::study {

struct TrialSection {
    core::TrialProgram program;
    int command_line = 0;
    int ranks_line = 0;
};

/// `space`: whose parameters {param.NAME} may use; empty when it was wrong itself (then any may).
TrialSection read_trial(Report& report, const Field& field, const search::space::Space& space);

}  // namespace quench::orchestrator::study

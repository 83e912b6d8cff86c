// Reads `search:` of a study file.
#pragma once

#include "orchestrator/study/section.hpp"

namespace quench::orchestrator::study {

/// Into study.sampler and study.warm_start. Configurations are read only where the study's space is sound.
void read_search(Report& report, const Field& at, bool space_is_sound, core::Study& study);

}  // namespace quench::orchestrator::study

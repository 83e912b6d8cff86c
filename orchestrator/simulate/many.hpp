// The same study with many seeds, on all cores.
#pragma once

#include "orchestrator/simulate/virtual_study.hpp"

#include <cstddef>
#include <vector>

namespace quench::orchestrator::simulate {

/// One run for each of the seeds study.sampler.seed, + 1, ...; run i is the same whatever `threads` is.
std::vector<Run> simulate_many(const core::Study& study, const Landscape& landscape, const Cost& cost,
                               std::size_t seeds, std::size_t threads);

}  // namespace quench::orchestrator::simulate

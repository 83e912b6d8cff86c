// The world as it is: standard streams, the database on disk, the clock.
#pragma once

#include "orchestrator/cli/verb.hpp"

namespace quench::orchestrator::cli {

World real_world();

/// The folder of the running program; "" where the system does not tell.
std::string program_folder();

}  // namespace quench::orchestrator::cli

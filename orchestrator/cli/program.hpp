// The world as it is: standard streams, the database on disk, the clock.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/study/launch_check.hpp"

#include <optional>
#include <string>

namespace quench::orchestrator::cli {

World real_world();

/// This machine and folder as the place where the study of that file would be started.
study::LaunchSite launch_site(const std::string& file, std::optional<int> slots);

/// The running program, to be started again as another part of Quench. Its path, so that a list of processes
/// can be read; the kernel's own link to it where it was deleted meanwhile.
std::string this_program();

/// The folder of the running program; "" where the system does not tell.
std::string program_folder();

}  // namespace quench::orchestrator::cli

// Reads the arguments and runs one verb.
#pragma once

#include "orchestrator/cli/verb.hpp"

#include <span>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// `arguments` without the program's name. Whatever happens inside the verb becomes an exit code and a line
/// on world.err; nothing is thrown.
ExitCode run_command_line(const std::vector<std::string>& arguments, std::span<const Verb> verbs,
                          const World& world);

}  // namespace quench::orchestrator::cli

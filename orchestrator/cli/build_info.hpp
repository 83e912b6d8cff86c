// What this binary is built from.
#pragma once

#include <string>

namespace quench::orchestrator::cli {

/// "quench 0.1.0 (a86b7f9, GNU 12.2.0, Release)": version, revision, compiler, build type.
std::string build_info();

}  // namespace quench::orchestrator::cli

// From arguments to the verb that they ask for.
#pragma once

#include "trainer/mpi/session.hpp"

namespace quench::trainer::cli {

/// Does what the arguments say, on every rank, and returns the exit status: 0, 1 for what could not be done,
/// 2 for arguments that are not understood. Messages go to stderr, once.
int run_command_line(int argc, const char* const* argv, mpi::Session& ranks);

}  // namespace quench::trainer::cli

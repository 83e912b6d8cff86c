// The variants of this program for different processors.
#pragma once

#include <string_view>

namespace quench::trainer {

/// Replaces this process by the program beside it that is compiled for the newest vector units that this
/// processor has; returns if this program is that one, or is the only one. QUENCH_ARCHITECTURE=x86-64-v3,
/// say, in the environment asks for that variant or an older one: for the same numbers on all nodes of a
/// mixed cluster. Call it first in main.
void hand_over_to_best_variant(char** argv);

/// What this program is compiled for: "generic", or a value of -march=.
std::string_view architecture();

}  // namespace quench::trainer

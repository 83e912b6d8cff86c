// What the standard streams are connected to.
#pragma once

#include "orchestrator/cli/live_screen.hpp"

namespace quench::orchestrator::cli {

/// 80 x 24 where the system does not tell.
TerminalSize terminal_size(int descriptor);

/// A terminal that understands cursor movements (TERM is set and not "dumb").
bool can_redraw(int descriptor);

/// can_redraw, and the user has not set NO_COLOR.
bool can_colour(int descriptor);

}  // namespace quench::orchestrator::cli

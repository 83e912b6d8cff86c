#include "orchestrator/cli/terminal.hpp"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace quench::orchestrator::cli {

TerminalSize terminal_size(int descriptor) {
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {.columns = size.ws_col, .rows = size.ws_row};
}

bool can_redraw(int descriptor) {
    const char* const kind = std::getenv("TERM");
    return ::isatty(descriptor) == 1 && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

bool can_colour(int descriptor) {
    const char* const refused = std::getenv("NO_COLOR");
    return can_redraw(descriptor) && (refused == nullptr || *refused == '\0');
}

}  // namespace quench::orchestrator::cli

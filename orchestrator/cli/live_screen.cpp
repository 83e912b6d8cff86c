#include "orchestrator/cli/live_screen.hpp"

#include "orchestrator/cli/text.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

namespace quench::orchestrator::cli {
namespace {

std::string without_colours(const std::string& line) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\x1b') {
            i = std::min(line.find('m', i), line.size());
            continue;
        }
        out += line[i];
    }
    return out;
}

}  // namespace

LiveScreen::LiveScreen(std::ostream& out, std::function<TerminalSize()> size)
    : out_(out), size_(std::move(size)) {}

LiveScreen::~LiveScreen() {
    if (hidden_) out_ << restore << std::flush;
}

int LiveScreen::rows_drawn(int columns) const {
    const auto wide = static_cast<std::size_t>(std::max(columns, 1));
    std::size_t rows = 0;
    for (const std::size_t width : drawn_) rows += std::max<std::size_t>(1, (width + wide - 1) / wide);
    return static_cast<int>(rows);
}

void LiveScreen::draw(const std::string& view) {
    const TerminalSize size = size_();
    // All in one write: a half-drawn view flickers.
    std::string text;
    if (!std::exchange(hidden_, true)) text += "\x1b[?25l";
    const int up = std::min(rows_drawn(size.columns), std::max(size.rows - 1, 0));
    if (up > 0) text += "\r\x1b[" + std::to_string(up) + "A";
    drawn_.clear();
    std::istringstream lines(view);
    std::string line;
    while (static_cast<int>(drawn_.size()) < size.rows - 1 && std::getline(lines, line)) {
        text += line + "\x1b[K\n";
        drawn_.push_back(display_width(without_colours(line)));
    }
    out_ << text << "\x1b[J" << std::flush;
}

void LiveScreen::clear() {
    const TerminalSize size = size_();
    const int up = std::min(rows_drawn(size.columns), std::max(size.rows - 1, 0));
    if (up > 0) out_ << "\r\x1b[" << up << "A\x1b[J" << std::flush;
    drawn_.clear();
}

}  // namespace quench::orchestrator::cli

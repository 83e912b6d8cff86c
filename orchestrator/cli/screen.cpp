#include "orchestrator/cli/screen.hpp"

#include "orchestrator/cli/terminal.hpp"
#include "orchestrator/cli/text.hpp"

#include <iostream>

#include <unistd.h>

namespace quench::orchestrator::cli {
namespace {

// Faster than people read, slower than a terminal over a slow line chokes on.
constexpr base::Duration redraw_every = std::chrono::milliseconds(200);

}  // namespace

Screen::Screen(const World& world, Output output, const core::State& state, base::TimePoint now)
    : world_(world),
      out_(output == Output::table ? world.out : world.err),
      info_{.now = now, .since = now, .spent_before = state.spent} {
    const bool terminal = output == Output::table && &world.out == &std::cout && can_redraw(STDOUT_FILENO);
    if (!terminal) return;
    live_.emplace(world.out, [] { return terminal_size(STDOUT_FILENO); });
    colour_ = can_colour(STDOUT_FILENO);
}

void Screen::turn(const std::vector<core::StampedFact>& facts, const core::Coordinator& coordinator,
                  base::TimePoint now) {
    if (live_) {
        if (now - drawn_ >= redraw_every || now < drawn_) draw(coordinator.state(), now);
        return;
    }
    if (facts.empty()) return;
    for (const core::StampedFact& fact : facts) {
        for (const std::string& line : plain_lines(fact, coordinator.state())) out_ << line << '\n';
    }
    out_.flush();
}

void Screen::log(const std::string& line, base::TimePoint now) {
    if (live_) live_->clear();
    world_.err << base::to_utc_text(now).substr(0, 19) << "  " << printable(line) << std::endl;
}

void Screen::close(const core::Coordinator& coordinator, base::TimePoint now) {
    if (live_) draw(coordinator.state(), now);
    live_.reset();
    out_.flush();
}

void Screen::draw(const core::State& state, base::TimePoint now) {
    info_.now = now;
    drawn_ = now;
    live_->draw(live_view(state, info_, live_->width(), colour_));
}

}  // namespace quench::orchestrator::cli

#include "orchestrator/cli/long_work.hpp"

#include "orchestrator/cli/terminal.hpp"

#include <csignal>
#include <ostream>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace quench::orchestrator::cli {

Interruption::Interruption()
    : signals_({SIGINT, SIGTERM}), over_(::eventfd(0, EFD_CLOEXEC)), watcher_([this] {
          for (;;) {
              pollfd ready[] = {{signals_.fd(), POLLIN, 0}, {over_.get(), POLLIN, 0}};
              if (::poll(ready, 2, -1) < 0) continue;
              if (ready[1].revents != 0) return;
              if (signals_.take()) source_.request_stop();
          }
      }) {}

Interruption::~Interruption() {
    ::eventfd_write(over_.get(), 1);
}

ProgressLine::ProgressLine(std::ostream& err, std::string what)
    : err_(err),
      what_(std::move(what)),
      redraw_(can_redraw(STDERR_FILENO)),
      next_(Clock::now() + std::chrono::milliseconds(redraw_ ? 500 : 10'000)) {}

ProgressLine::~ProgressLine() {
    if (shown_ && redraw_) err_ << "\r\033[K" << std::flush;
}

void ProgressLine::show(std::uint64_t done, std::uint64_t total) {
    const auto now = Clock::now();
    if (now < next_ || total == 0) return;
    next_ = now + std::chrono::milliseconds(redraw_ ? 200 : 10'000);
    const std::string text =
        fmt::format("{}: {:.0f} %", what_, 100.0 * static_cast<double>(done) / static_cast<double>(total));
    err_ << (redraw_ ? "\r\033[K" + text : text + "\n") << std::flush;
    shown_ = true;
}

}  // namespace quench::orchestrator::cli

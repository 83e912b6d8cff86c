// What a verb that computes for long owes its user: how far it is, and that Ctrl-C ends it in order.
#pragma once

#include "orchestrator/io/loop/signals.hpp"

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <thread>

namespace quench::orchestrator::cli {

/// SIGINT and SIGTERM as a stop token, while it lives. To be made before any thread is.
class Interruption {
  public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    [[nodiscard]] bool requested() const { return source_.stop_requested(); }

  private:
    io::Signals signals_;
    worker::io::Descriptor over_;
    std::stop_source source_;
    std::jthread watcher_;
};

/// A line on stderr that is rewritten on a terminal, and a new line every ten seconds in a pipe; nothing for
/// work that is done in less than half a second. One thread at a time.
class ProgressLine {
  public:
    ProgressLine(std::ostream& err, std::string what);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(std::uint64_t done, std::uint64_t total);

  private:
    using Clock = std::chrono::steady_clock;
    std::ostream& err_;
    std::string what_;
    bool redraw_;
    bool shown_ = false;
    Clock::time_point next_;
};

}  // namespace quench::orchestrator::cli

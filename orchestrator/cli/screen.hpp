// What run, serve and resume show while they work: a live view on a terminal, plain lines in a pipe.
#pragma once

#include "orchestrator/cli/live_screen.hpp"
#include "orchestrator/cli/progress.hpp"
#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/coordinator.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// Progress is data for people, so it goes to stdout with --output table; with json and csv stdout is kept
/// for the result, and progress goes to stderr as plain lines.
class Screen {
  public:
    /// `state`: as this coordinator takes it up.
    Screen(const World& world, Output output, const core::State& state, base::TimePoint now);

    void turn(const std::vector<core::StampedFact>& facts, const core::Coordinator& coordinator,
              base::TimePoint now);
    void log(const std::string& line, base::TimePoint now);
    /// The last view stands.
    void close(const core::Coordinator& coordinator, base::TimePoint now);

  private:
    void draw(const core::State& state, base::TimePoint now);

    const World& world_;
    std::ostream& out_;
    ProgressInfo info_;
    std::optional<LiveScreen> live_;
    bool colour_ = false;
    base::TimePoint drawn_;
};

}  // namespace quench::orchestrator::cli

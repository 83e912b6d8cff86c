// What a running study shows: a live view on a terminal, plain lines in a pipe. Pure.
#pragma once

#include "orchestrator/core/state.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// What the state does not say.
struct ProgressInfo {
    base::TimePoint now;
    /// When this coordinator took the study up; nothing when only the journal is read, and then nobody may be
    /// at work on it.
    std::optional<base::TimePoint> since = std::nullopt;
    core::Resource spent_before = 0;  ///< state.spent at `since`
};

/// Lines that end in '\n', each at most `width` columns wide. `colour`: ANSI colours, and nothing else of
/// ANSI.
std::string live_view(const core::State& state, const ProgressInfo& info, int width, bool colour);

/// How long the study will still take, from the rate of this coordinator; nothing until there is a rate and
/// an amount to spend. A limit of hours counts where it comes first.
std::optional<base::Duration> time_left(const core::State& state, const ProgressInfo& info);

/// What a pipe gets for a fact, with its time in front; mostly nothing. `after`: the state with the fact
/// applied.
std::vector<std::string> plain_lines(const core::StampedFact& fact, const core::State& after);

}  // namespace quench::orchestrator::cli

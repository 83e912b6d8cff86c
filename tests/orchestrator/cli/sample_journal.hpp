// The journal of a small ASHA study: three trials, one crash, one promotion, one completion.
#pragma once

#include "orchestrator/core/fact.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::cli {

inline constexpr base::TimePoint journal_begin{1'795'212'000'000'000};  // 2026-11-20 22:00:00 UTC

/// How far the journal goes.
enum class Until { created, first_reports, promoted, ended };

/// A fact a second after the one before.
std::vector<core::StampedFact> sample_journal(Until until, const std::string& study = "demo");

}  // namespace quench::orchestrator::cli

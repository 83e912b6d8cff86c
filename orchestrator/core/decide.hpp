// What follows from a state: the decisions that are due. Pure and const; `apply` makes them true.
#pragma once

#include "orchestrator/core/state.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::core {

/// After this many losses in a row without a new report a trial is taken for the cause of them (a program
/// that takes its machine down would otherwise go round for ever).
inline constexpr int lost_in_a_row_limit = 25;

/// failure_rate is judged from this many ended trials on: one failure of one trial says nothing.
inline constexpr std::size_t failure_rate_from = 10;

/// "val_loss", or "val_loss, seconds" where a study has several objectives.
std::string metrics_of(const Study& study);

/// The objective as search wants it: smaller is better. Its own inverse.
double minimised(Direction direction, double value);

/// Why and how a trial that does not run is over, or nothing.
std::optional<TrialEnded> ending_due(const State& state, const Trial& trial);

/// The verdict for a trial whose objective has just become NaN or infinite.
std::optional<VerdictGiven> divergence_due(const State& state, const Trial& trial);

/// A judgement of the scheduler as a fact.
VerdictGiven verdict_of(const State& state, const search::scheduler::Judgement& judgement);

/// The end of the study, by a stop rule or because nothing is left to do.
std::optional<StudyEnded> study_ending_due(const State& state, base::TimePoint now);

/// The end of proposals by stop.trials, if it is due.
std::optional<ProposalsEnded> proposal_limit_due(const State& state);

/// The end of proposals when the sampler has no more.
ProposalsEnded space_exhausted(const State& state);

/// What the world offers the decision.
struct Circumstances {
    base::TimePoint now;
    std::function<bool(const std::string& session)> present;  ///< can this worker be sent to?
    bool dispatch = true;                                     ///< false while the coordinator shuts down
    bool computing = false;  ///< the compute thread is busy: what needs it waits
};

/// A new trial is due, and the sampler is too expensive to be asked here: it is asked on the compute thread.
struct AskDue {
    TrialId first;
    int bracket = 0;
    Resource to = 0;
    friend bool operator==(const AskDue&, const AskDue&) = default;
};

/// Verdicts are due that need a predictor to be fitted first.
struct WorkDue {
    std::shared_ptr<const search::scheduler::Work> work;
};

/// The next decisions, in order: verdicts, ends of trials, the end of the study, the end of proposals, one
/// dispatch. Apply them and ask again until nothing is due. Verdicts that wait for the compute thread hold up
/// nothing but themselves.
using Decisions = std::variant<std::vector<Fact>, AskDue, WorkDue>;
Decisions decisions_due(const State& state, const Circumstances& circumstances);

}  // namespace quench::orchestrator::core

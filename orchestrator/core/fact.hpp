// The facts of a study: what happened and what was decided, in the order in which it became true.
//
// The journal of facts is the truth; state, projections and reports are computed from it by `apply`.
// Observations came from outside (a worker's report, a user's request); decisions follow from the facts
// before them, and `quench verify` shows that they do.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "orchestrator/core/study.hpp"
#include "search/event.hpp"
#include "search/scheduler/scheduler.hpp"
#include "worker/protocol/message.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::orchestrator::core {

using search::Resource;
using search::TrialId;
using worker::protocol::Outcome;

/// Numbers the runs of one trial from 1.
using AttemptId = base::Id<struct AttemptTag>;

/// Observation. The first fact of a study.
struct StudyCreated {
    Study study;
    std::string text;        ///< the study file as it was read; `study` is what it says
    std::string study_dir;   ///< absolute; {study_dir} in the command
    std::string workdir;     ///< absolute; commands are started here
    std::string trials_dir;  ///< absolute; trial n works in trials_dir/n
    friend bool operator==(const StudyCreated&, const StudyCreated&) = default;
};

/// Values of all objectives at a step, in the user's directions; all finite.
struct LearnedPoint {
    Resource step = 0;
    std::vector<double> values;
    friend bool operator==(const LearnedPoint&, const LearnedPoint&) = default;
};

/// Observation, once, right after the study was created: a trial of another study (`warm_start`) that fits
/// this one. What the other becomes later changes nothing here.
struct TrialLearned {
    std::string study;
    TrialId trial;  ///< its number there
    search::space::Configuration params;
    std::vector<LearnedPoint> curve;
    search::Ending how = search::Ending::completed;
    friend bool operator==(const TrialLearned&, const TrialLearned&) = default;
};

/// Observation. A coordinator took the study up; time between its last fact and this one is nobody's.
struct CoordinatorStarted {
    std::string host;
    std::int64_t pid = 0;
    std::string build;
    friend bool operator==(const CoordinatorStarted&, const CoordinatorStarted&) = default;
};

/// Observation.
struct WorkerJoined {
    std::string worker;
    std::string session;
    std::string host;
    std::int64_t pid = 0;
    int slots = 1;
    friend bool operator==(const WorkerJoined&, const WorkerJoined&) = default;
};

/// Observation. Comes after the facts that end its attempts as lost.
struct WorkerLost {
    std::string worker;
    std::string session;
    std::string reason;
    friend bool operator==(const WorkerLost&, const WorkerLost&) = default;
};

/// Decision of sampler and scheduler; with a parent, of the scheduler alone.
struct TrialProposed {
    TrialId trial;
    search::space::Configuration params;
    int bracket = 0;
    Resource to = 0;
    std::uint64_t told =
        0;  ///< events the sampler knew when it was asked (fewer than now if asked on the compute thread)
    std::optional<search::Parent> parent = std::nullopt;  ///< it goes on from that one's checkpoint
    friend bool operator==(const TrialProposed&, const TrialProposed&) = default;
};

/// Decision. The trial occupies `ranks` slots of the worker from now on.
struct AttemptStarted {
    TrialId trial;
    AttemptId attempt;
    std::string worker;
    std::string session;
    Resource from = 0;  ///< the last step reported by earlier attempts
    Resource to = 0;
    int ranks = 1;
    friend bool operator==(const AttemptStarted&, const AttemptStarted&) = default;
};

/// Observation. Steps of a trial rise strictly; what an attempt repeats after a resume is no fact.
struct Reported {
    TrialId trial;
    AttemptId attempt;
    Resource step = 0;
    std::map<std::string, double> metrics;
};
/// Equal bit for bit: a NaN equals itself.
bool operator==(const Reported& a, const Reported& b);

/// Decision of the scheduler (or of the core, for a value that is not finite). In the user's objective:
/// forecast and threshold are negated back where the study maximises.
struct VerdictGiven {
    TrialId trial;
    Resource step = 0;
    search::Verdict verdict = search::Verdict::pause;
    Resource to = 0;
    std::string reason;
    std::optional<double> forecast;
    std::optional<double> threshold;
    std::optional<search::Evidence> evidence = std::nullopt;
    friend bool operator==(const VerdictGiven&, const VerdictGiven&) = default;
};

/// Observation.
struct AttemptEnded {
    TrialId trial;
    AttemptId attempt;
    Outcome outcome = Outcome::crashed;
    std::string detail;
    std::optional<int> exit_status;
    double seconds = 0;
    friend bool operator==(const AttemptEnded&, const AttemptEnded&) = default;
};

/// Decision. `value` is the last finite objective, in the user's direction.
struct TrialEnded {
    TrialId trial;
    search::Ending how = search::Ending::completed;
    std::optional<double> value;
    std::string reason;
    friend bool operator==(const TrialEnded&, const TrialEnded&) = default;
};

/// Decision. No new trial: `stop.trials` is reached or the space is exhausted.
struct ProposalsEnded {
    std::string reason;
    friend bool operator==(const ProposalsEnded&, const ProposalsEnded&) = default;
};

/// Observation. A user asked for it; running attempts are stopped and queued again.
struct StudyPaused {
    std::string reason;
    friend bool operator==(const StudyPaused&, const StudyPaused&) = default;
};

/// Observation.
struct StudyResumed {
    friend bool operator==(const StudyResumed&, const StudyResumed&) = default;
};

enum class StudyEnding { completed, cancelled, failed };

/// Decision (completed: nothing left to do or a stop rule; failed: failure_rate), or observation (cancelled).
struct StudyEnded {
    StudyEnding how = StudyEnding::completed;
    std::string reason;
    friend bool operator==(const StudyEnded&, const StudyEnded&) = default;
};

using Fact = std::variant<StudyCreated, CoordinatorStarted, WorkerJoined, WorkerLost, TrialProposed,
                          AttemptStarted, Reported, VerdictGiven, AttemptEnded, TrialEnded, ProposalsEnded,
                          StudyPaused, StudyResumed, StudyEnded, TrialLearned>;

/// A fact with the time at which it became true.
struct StampedFact {
    base::TimePoint at;
    Fact fact;
    friend bool operator==(const StampedFact&, const StampedFact&) = default;
};

}  // namespace quench::orchestrator::core

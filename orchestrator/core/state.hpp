// The state of a study: what the facts so far amount to. Changed by `apply` (apply.hpp) and nothing else.
//
//   TrialProposed      AttemptStarted        AttemptEnded, goal not reached (lost, preempted, retried)
//        │                   │             ┌──────────────┐
//        ▼                   ▼             ▼              │
//     Queued ────────────▶ Running ───────────────────────┘
//        ▲                   │
//        │ proceed           │ AttemptEnded, goal reached
//        └──── Paused ◀──────┘
//                 │  stop, failure, infeasible, diverged, end of the study: TrialEnded
//                 ▼
//               Ended          (from every phase but Running: a process is ended first)
#pragma once

#include "orchestrator/core/fact.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace quench::orchestrator::core {

/// Waits for slots, in the order of Trial::order.
struct Queued {
    friend bool operator==(const Queued&, const Queued&) = default;
};

/// An attempt has been started and has not ended.
struct Running {
    AttemptId attempt;
    std::string worker;
    std::string session;
    Resource to = 0;
    int ranks = 1;
    base::TimePoint since;
    /// Of its last report, before that of its start; none while a coordinator was away since.
    std::optional<base::TimePoint> heard = std::nullopt;
    friend bool operator==(const Running&, const Running&) = default;
};

/// Reached its goal; the scheduler has not yet said more.
struct Paused {
    friend bool operator==(const Paused&, const Paused&) = default;
};

struct Ended {
    search::Ending how = search::Ending::completed;
    std::optional<double> value;
    std::string reason;
    friend bool operator==(const Ended&, const Ended&) = default;
};

using Phase = std::variant<Queued, Running, Paused, Ended>;

/// The objective at a step, in the user's direction; NaN and infinities as they came.
struct Point {
    Resource step = 0;
    double value = 0;
    std::vector<double> others;  ///< further objectives

    [[nodiscard]] bool finite() const;
};

/// How often attempts of a trial ended badly, each against its own budget.
struct Setbacks {
    int crashed = 0;
    int timed_out = 0;
    int lost_in_a_row = 0;  ///< lost or preempted without a new report in between
    friend bool operator==(const Setbacks&, const Setbacks&) = default;
};

struct Trial {
    TrialId id;
    search::space::Configuration params;
    int bracket = 0;
    std::optional<search::Parent> parent = std::nullopt;  ///< whose checkpoint it began with
    Resource goal = 0;                                    ///< where its current target is
    Resource reached = 0;                                 ///< the last step reported, or where it began
    std::uint64_t order =
        0;  ///< place in the queue, given with each goal: what runs again goes before what is new
    std::vector<Point> curve;
    /// What its steps cost: between an attempt's start and its reports, start-ups and repeated steps
    /// included.
    base::Duration timed{};
    Resource timed_steps = 0;    ///< those of which that is known
    std::uint64_t attempts = 0;  ///< the number of the last attempt
    Setbacks setbacks;
    std::optional<VerdictGiven> verdict;  ///< the last one
    Phase phase;
    std::optional<AttemptEnded> last_end;  ///< of the last attempt that ended
    base::TimePoint proposed_at;

    /// The step of the checkpoint that it began with: it has not trained what is before.
    [[nodiscard]] Resource begun() const { return parent ? parent->step : 0; }
    /// The last point at which all objectives are finite; null without one.
    [[nodiscard]] const Point* result() const;
    /// The (first) objective there.
    [[nodiscard]] std::optional<double> value() const;
    /// The last objective is not a finite number, or one of several is not.
    [[nodiscard]] bool diverged() const;
};

struct Worker {
    std::string name;
    std::string session;
    std::string host;
    std::int64_t pid = 0;
    int slots = 1;
    int used = 0;               ///< ranks of attempts that run on it
    std::set<TrialId> running;  ///< those attempts' trials
    friend bool operator==(const Worker&, const Worker&) = default;
};

enum class StudyPhase { running, paused, ended };

/// Everything known of one study. Value semantics except for sampler and scheduler, which are owned.
struct State {
    std::optional<StudyCreated> created;
    StudyPhase phase = StudyPhase::running;
    std::optional<StudyEnded> ending;
    std::optional<std::string> proposals_ended;  ///< the reason, once no trial will be proposed any more

    std::size_t learned = 0;                 ///< trials of another study
    std::vector<Trial> trials;               ///< index = trial number
    std::map<std::uint64_t, TrialId> queue;  ///< those in phase Queued, by Trial::order
    std::uint64_t next_order = 0;
    std::set<TrialId> running;              ///< those in phase Running
    std::set<TrialId> to_end;               ///< those whose TrialEnded is due, so that none is searched for
    std::map<std::string, Worker> workers;  ///< joined and not lost, by name
    /// The same by (minus their free slots, name): the first is the one to choose.
    std::set<std::pair<int, std::string>> room;

    Resource spent = 0;  ///< sum of what each trial has trained since it began
    std::size_t ended_trials = 0;
    std::size_t failed_trials = 0;
    std::optional<TrialId> best;      ///< best completed trial; ties to the lower number
    std::optional<double> best_seen;  ///< best finite value of any trial at any step
    base::TimePoint created_at;
    base::TimePoint last_at;
    base::Duration active{};  ///< time under a coordinator, pauses not counted
    std::uint64_t told = 0;   ///< events told to the sampler
    std::uint64_t facts = 0;

    std::unique_ptr<search::sampler::Sampler> sampler;
    std::unique_ptr<search::scheduler::Scheduler> scheduler;

    [[nodiscard]] const Study& study() const { return created->study; }
    [[nodiscard]] const Trial& trial(TrialId id) const { return trials.at(id.value()); }
    [[nodiscard]] Trial& trial(TrialId id) { return trials.at(id.value()); }
};

/// Is a better than b in the study's direction?
bool better(Direction direction, double a, double b);

/// Why the study ended, and why no trial was proposed any more if that came first. Empty while it runs.
std::string ending_text(const State& state);

}  // namespace quench::orchestrator::core

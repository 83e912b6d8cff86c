// The scheduler interface: spends resource on configurations.
#pragma once

#include "search/event.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::search::scheduler {

/// A verdict that is due, with what explains it. `forecast` and `threshold` are in the minimised objective.
struct Judgement {
    TrialId trial;
    Resource step = 0;  ///< the decision point: the trial's resource when it is judged
    Verdict verdict = Verdict::pause;
    Resource to = 0;  ///< with proceed: train on to here
    std::string reason;
    std::optional<double> forecast;
    std::optional<double> threshold;
    std::optional<Evidence> evidence = std::nullopt;
    friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// A new trial that no sampler proposes: it goes on from another's checkpoint with a configuration of the
/// scheduler's. Until it has reported or ended it may still have to copy that checkpoint.
struct Child {
    Parent parent;
    space::Configuration configuration;
    friend bool operator==(const Child&, const Child&) = default;
};

/// Train a new configuration to `to`.
struct Start {
    int bracket = 0;
    Resource to = 0;
    std::optional<Child> child = std::nullopt;
    friend bool operator==(const Start&, const Start&) = default;
};

/// A paused trial goes on: a `proceed` that is due only because a worker is free.
struct Promote {
    Judgement judgement;
    friend bool operator==(const Promote&, const Promote&) = default;
};

/// Nothing to do until something that is under way reports or ends.
struct Wait {
    std::string reason;
    friend bool operator==(const Wait&, const Wait&) = default;
};

/// Nothing to do ever again.
struct Finished {
    std::string reason;
    friend bool operator==(const Finished&, const Finished&) = default;
};

using Job = std::variant<Start, Promote, Wait, Finished>;

/// One line of the rung table.
struct Rung {
    int bracket = 0;
    Resource at = 0;
    std::size_t running = 0;             ///< on their way to it
    std::size_t arrived = 0;             ///< have a result at it, failures included
    std::size_t promoted = 0;            ///< went on from it
    std::optional<std::size_t> planned;  ///< so many arrive at most, where the schedule says it
    std::optional<double> best;          ///< smallest value at it
};

/// Arithmetic that judgements wait for and that can take long: fits of predictors. It is the same whenever
/// and wherever it is done; thread-safe.
class Work {
  public:
    virtual ~Work() = default;
    virtual void run() const = 0;
    [[nodiscard]] virtual bool done() const = 0;
};

/// Ask/tell. Everything it knows came through `tell`; the const functions answer the same when asked again.
///
/// The caller's duties: after each `tell`, give every judgement of `judgements_due` (tell it as Judged) until
/// none is due; when a worker is free and no trial that may go on is waiting for one, carry out `next_job`
/// (tell a Start as Proposed, a Promote as Judged). Resource runs from 1 to the scheduler's maximum.
/// A trial that is lost and run again needs no telling: it is still under way.
class Scheduler {
  public:
    virtual ~Scheduler() = default;

    virtual void tell(const Event& event) = 0;

    /// Verdicts that follow from what was told, in the order they are to be given. Does `work_due` where that
    /// is not done.
    [[nodiscard]] virtual std::vector<Judgement> judgements_due() const = 0;

    /// What judgements_due needs first, done or not. A caller that must not wait has it done on another
    /// thread and asks for judgements then; they are the same.
    [[nodiscard]] virtual std::shared_ptr<const Work> work_due() const { return nullptr; }

    /// What a free worker should do now.
    [[nodiscard]] virtual Job next_job() const = 0;

    /// Every bracket that a Start can name is there.
    [[nodiscard]] virtual std::vector<Rung> rungs() const = 0;

    /// The resource that the whole schedule will spend at most, where that is fixed.
    [[nodiscard]] virtual std::optional<Resource> planned_resource() const = 0;

    [[nodiscard]] virtual std::unique_ptr<Scheduler> clone() const = 0;
};

}  // namespace quench::search::scheduler

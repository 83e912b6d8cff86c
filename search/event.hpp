// What samplers and schedulers are told: the facts of a study in the words of search.
//
// A sampler or scheduler knows nothing but the events it was told, in their order. Told the same events it
// answers the same; that is how a study is resumed, verified and simulated.
#pragma once

#include "search/space/configuration.hpp"
#include "search/trial_id.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::search {

/// What becomes of a trial at a decision point.
enum class Verdict { proceed, pause, stop };

/// How a trial left the study. Diverged and infeasible are bad values, not holes.
enum class Ending { completed, stopped, failed, diverged, infeasible };

/// A trial whose checkpoint of a step another one goes on from.
struct Parent {
    TrialId trial;
    Resource step = 0;
    friend bool operator==(const Parent&, const Parent&) = default;
};

/// A new trial exists and is going to be trained to `to`, from 0 or from where its parent stands.
struct Proposed {
    TrialId trial;
    space::Configuration configuration;
    int bracket = 0;
    Resource to = 0;
    std::optional<Parent> parent = std::nullopt;
};

/// The objective at a step, always to be minimised (the core negates what is maximised), always finite.
struct Reported {
    TrialId trial;
    Resource step = 0;
    double value = 0;
    std::vector<double> others = {};  ///< the further objectives of a study that has several, in their order
    /// That a step of this trial took so far, on average; none where nobody saw how long.
    std::optional<double> step_seconds = std::nullopt;
};

/// What a verdict in the middle of a round rests on, in the minimised objective.
struct Evidence {
    Resource target = 0;    ///< the step that is forecast
    std::string predictor;  ///< whose forecast decided
    /// Of the error to expect of it; without, as in Swift-Hyperband as published, nothing is said of errors.
    std::optional<double> deviation = std::nullopt;
    std::optional<double> chance = std::nullopt;  ///< to be among those that go on from the target
    std::string rival = {};  ///< the other predictor that was asked; empty where there was none
    std::optional<double> rival_forecast = std::nullopt;
    bool audited = false;  ///< it would have been stopped, but goes on so that stops can be judged
    /// Of a predictor that is fitted by annealing: how far, as a share, its energy is above the optimum
    /// without bits, and how far that of as many random bit strings is.
    std::optional<double> energy_gap = std::nullopt;
    std::optional<double> random_energy_gap = std::nullopt;
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// A verdict was given; with `proceed`, the trial goes on to `to`.
struct Judged {
    TrialId trial;
    Resource step = 0;
    Verdict verdict = Verdict::pause;
    Resource to = 0;
    std::optional<double> forecast = std::nullopt;
    std::optional<Evidence> evidence = std::nullopt;
};

/// No process of this trial runs any more: from now on it can be promoted without waiting.
struct Released {
    TrialId trial;
};

struct Ended {
    TrialId trial;
    Ending how = Ending::completed;
};

/// No new trial will be proposed: the space is exhausted, or the study's limit of trials is reached.
struct ProposalsEnded {};

/// What another study found out about a configuration of this space. Told before the first proposal, to
/// samplers only; it is no trial of this study.
struct Learned {
    struct Point {
        Resource step = 0;
        double value = 0;
        std::vector<double> others = {};
    };
    space::Configuration configuration;
    std::vector<Point> curve;        ///< by rising step, as Reported
    Ending how = Ending::completed;  ///< completed: as far as trials of this study are trained
};

using Event = std::variant<Proposed, Reported, Judged, Released, Ended, ProposalsEnded, Learned>;

}  // namespace quench::search

#include "orchestrator/cli/progress.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/core/decide.hpp"
#include "orchestrator/store/names.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using Lines = std::vector<std::string>;
using core::State;

class Narrator {
  public:
    explicit Narrator(const State& after) : after_(after) {}

    Lines operator()(const core::StudyCreated& fact) const {
        const core::Study& study = fact.study;
        return {fmt::format("study {} starts: {} {}, sampler {}, scheduler {}", study.name,
                            store::to_text(study.objective.direction), printable(core::metrics_of(study)),
                            study.sampler.name, study.fidelity.name)};
    }
    Lines operator()(const core::CoordinatorStarted& fact) const {
        if (after_.facts <= 2 + after_.learned) return {};  // the start itself has been told
        return {fmt::format("study {} is taken up again on {}: {} trials, {} {} spent", after_.study().name,
                            printable(fact.host), after_.trials.size(), after_.spent, unit())};
    }
    Lines operator()(const core::WorkerJoined& fact) const {
        return {fmt::format("worker {} joined from {} with {} slots", printable(fact.worker),
                            printable(fact.host), fact.slots)};
    }
    Lines operator()(const core::WorkerLost& fact) const {
        return {fmt::format("worker {} is gone: {}", printable(fact.worker), printable(fact.reason))};
    }
    Lines operator()(const core::TrialLearned&) const { return {}; }  // their number is told by who read them
    Lines operator()(const core::TrialProposed&) const { return {}; }  // its first attempt tells it
    Lines operator()(const core::AttemptStarted& fact) const {
        std::string text = fmt::format("trial {} starts on {}: {} {} to {}", fact.trial.value(),
                                       printable(fact.worker), unit(), fact.from, fact.to);
        if (fact.attempt.value() == 1) return {text + "; " + short_params(after_.trial(fact.trial).params)};
        return {text + fmt::format(" (attempt {})", fact.attempt.value())};
    }
    Lines operator()(const core::Reported& fact) const {
        if (!after_.study().others.empty()) return {};  // of several objectives none is best
        const std::string& metric = after_.study().objective.metric;
        const auto value = fact.metrics.find(metric);
        if (value == fact.metrics.end() || !after_.best_seen || value->second != *after_.best_seen) return {};
        if (seen_before(fact)) return {};
        return {fmt::format("new best {} {}: trial {} at {} {}", printable(metric),
                            short_number(value->second), fact.trial.value(), unit(), fact.step)};
    }
    Lines operator()(const core::VerdictGiven& fact) const {
        if (fact.verdict == search::Verdict::pause) return {};
        const bool proceed = fact.verdict == search::Verdict::proceed;
        // At the end of its training a trial is done, not stopped; its end tells it.
        if (!proceed && fact.step >= after_.study().fidelity.max) return {};
        return {fmt::format("trial {} {} at {} {}: {}", fact.trial.value(),
                            proceed ? fmt::format("proceeds to {}", fact.to) : "is stopped", unit(),
                            fact.step, printable(fact.reason))};
    }
    Lines operator()(const core::AttemptEnded& fact) const {
        using enum core::Outcome;
        switch (fact.outcome) {
            case reached:
            case stopped:
            case diverged:
            case infeasible:
                return {};  // verdict or end of the trial follow and say more
            case preempted:
            case lost:
            case timed_out:
            case crashed:
                break;
        }
        std::string outcome(store::to_text(fact.outcome));
        std::replace(outcome.begin(), outcome.end(), '_', ' ');
        return {fmt::format("trial {} attempt {} {}: {}", fact.trial.value(), fact.attempt.value(), outcome,
                            printable(fact.detail))};
    }
    Lines operator()(const core::TrialEnded& fact) const {
        const auto& verdict = after_.trial(fact.trial).verdict;
        const bool told =
            fact.how == search::Ending::stopped && verdict && verdict->verdict == search::Verdict::stop;
        if (told) return {};
        return {fmt::format("trial {} {}: {} {} ({})", fact.trial.value(), store::to_text(fact.how),
                            printable(after_.study().objective.metric), short_number(fact.value),
                            printable(fact.reason))};
    }
    Lines operator()(const core::ProposalsEnded& fact) const {
        return {"no new trials: " + printable(fact.reason)};
    }
    Lines operator()(const core::StudyPaused& fact) const {
        return {fmt::format("study {} paused: {}", after_.study().name, printable(fact.reason))};
    }
    Lines operator()(const core::StudyResumed&) const {
        return {fmt::format("study {} resumed", after_.study().name)};
    }
    Lines operator()(const core::StudyEnded& fact) const {
        return {fmt::format("study {} {}: {}; {} trials, {} {} spent", after_.study().name,
                            store::to_text(fact.how), printable(fact.reason), after_.trials.size(),
                            after_.spent, unit())};
    }

  private:
    [[nodiscard]] std::string unit() const { return printable(after_.study().fidelity.unit); }

    /// An equal value elsewhere: then this one is no news.
    [[nodiscard]] bool seen_before(const core::Reported& fact) const {
        const double value = *after_.best_seen;
        return std::any_of(after_.trials.begin(), after_.trials.end(), [&](const core::Trial& trial) {
            return std::any_of(trial.curve.begin(), trial.curve.end(), [&](const core::Point& point) {
                return point.value == value && !(trial.id == fact.trial && point.step == fact.step);
            });
        });
    }

    const State& after_;
};

}  // namespace

std::vector<std::string> plain_lines(const core::StampedFact& fact, const State& after) {
    if (!after.created) return {};
    Lines lines = std::visit(Narrator(after), fact.fact);
    for (std::string& line : lines) line = to_seconds_text(fact.at) + " " + line;
    return lines;
}

}  // namespace quench::orchestrator::cli

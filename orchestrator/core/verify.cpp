#include "orchestrator/core/verify.hpp"

#include "orchestrator/core/apply.hpp"
#include "orchestrator/core/decide.hpp"
#include "orchestrator/core/invariants.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::core {
namespace {

/// One pass over a journal.
class Verification {
  public:
    explicit Verification(const std::vector<StampedFact>& facts) : facts_(facts) {}

    std::vector<std::string> run() {
        for (const StampedFact& fact : facts_) {
            if (state_.created) std::visit([&](const auto& any) { check(any, fact.at); }, fact.fact);
            if (auto applied = apply(state_, fact); !applied) {
                differ(applied.error().text());
                return differences_;
            }
        }
        if (!state_.created) return {"the journal is empty"};
        settled("at the end of the journal");
        for (const std::string& broken : broken_invariants(state_)) differ(broken);
        return differences_;
    }

  private:
    void differ(const std::string& text) {
        differences_.push_back(fmt::format("fact {}: {}", state_.facts + 1, text));
    }

    /// No verdict and no end of a trial may be open when work is given out.
    void settled(const char* when) {
        const bool may_wait = state_.scheduler->work_due() != nullptr;
        for (const auto& judgement : state_.scheduler->judgements_due()) {
            if (may_wait) break;  // for the compute thread
            differ(fmt::format("{} a verdict on trial {} is missing: {}", when, judgement.trial.value(),
                               judgement.reason));
        }
        for (const TrialId trial : state_.to_end)
            differ(fmt::format("{} the end of trial {} is missing", when, trial.value()));
    }

    // Observations follow from nothing.
    template <class Observation>
    void check(const Observation&, base::TimePoint) {}

    void check(const TrialProposed& fact, base::TimePoint) {
        settled("before a proposal");
        if (proposal_limit_due(state_)) differ("a trial was proposed beyond stop.trials");
        const auto job = state_.scheduler->next_job();
        const auto* start = std::get_if<search::scheduler::Start>(&job);
        if (start == nullptr || start->bracket != fact.bracket || start->to != fact.to ||
            !state_.queue.empty()) {
            differ(fmt::format("trial {} was proposed when the scheduler asks for something else",
                               fact.trial.value()));
        }
        const auto child = start != nullptr ? start->child : std::nullopt;
        if (child || fact.parent) {
            if (!child || fact.parent != child->parent || fact.params != child->configuration)
                differ(
                    fmt::format("trial {} goes on from another trial or with another configuration than the "
                                "scheduler says",
                                fact.trial.value()));
            return;
        }
        const auto asked = sampler_told(fact.told).ask(fact.trial, 1);
        if (asked.empty() || asked.front() != fact.params) {
            differ(fmt::format("trial {} has another configuration than the sampler proposes",
                               fact.trial.value()));
        }
    }

    void check(const AttemptStarted& fact, base::TimePoint) {
        settled("before an attempt");
        if (state_.queue.empty() || state_.queue.begin()->second != fact.trial) {
            differ(fmt::format("an attempt of trial {} started out of turn", fact.trial.value()));
        }
        if (fact.ranks != state_.study().trial.ranks)
            differ("an attempt has another number of ranks than the study");
    }

    void check(const VerdictGiven& fact, base::TimePoint) {
        if (fact.trial.value() >= state_.trials.size()) return;  // apply says so
        if (auto divergence = divergence_due(state_, state_.trial(fact.trial)); divergence == fact) return;
        for (const auto& judgement : state_.scheduler->judgements_due()) {
            if (verdict_of(state_, judgement) == fact) return;
        }
        const auto job = state_.scheduler->next_job();
        const auto* promote = std::get_if<search::scheduler::Promote>(&job);
        if (promote != nullptr && verdict_of(state_, promote->judgement) == fact) return;
        differ(fmt::format("the verdict on trial {} ({}) is not the scheduler's", fact.trial.value(),
                           fact.reason));
    }

    void check(const TrialEnded& fact, base::TimePoint) {
        if (fact.trial.value() >= state_.trials.size()) return;
        if (ending_due(state_, state_.trial(fact.trial)) != std::optional(fact)) {
            differ(fmt::format("trial {} ended otherwise than its facts say", fact.trial.value()));
        }
    }

    void check(const ProposalsEnded& fact, base::TimePoint) {
        settled("before the end of proposals");
        if (const auto limit = proposal_limit_due(state_)) {
            if (*limit != fact) differ("proposals ended for another reason: " + fact.reason);
        } else if (fact != space_exhausted(state_) ||
                   !state_.sampler->ask(TrialId(state_.trials.size()), 1).empty()) {
            differ("proposals ended though the sampler has more: " + fact.reason);
        }
    }

    void check(const StudyEnded& fact, base::TimePoint at) {
        if (fact.how == StudyEnding::cancelled) return;
        if (study_ending_due(state_, at) != std::optional(fact))
            differ("the study ended for another reason: " + fact.reason);
    }

    /// The sampler as it was when it had been told that many events. `told` never falls from one proposal to
    /// the next, so one state that lags behind serves them all.
    const search::sampler::Sampler& sampler_told(std::uint64_t told) {
        if (told >= state_.told) return *state_.sampler;
        while (lagging_.told < told && lagging_.facts < facts_.size()) {
            if (!apply(lagging_, facts_[lagging_.facts])) break;
        }
        return lagging_.sampler ? *lagging_.sampler : *state_.sampler;
    }

    const std::vector<StampedFact>& facts_;
    State state_;
    State lagging_;
    std::vector<std::string> differences_;
};

}  // namespace

std::vector<std::string> verify(const std::vector<StampedFact>& facts) {
    return Verification(facts).run();
}

}  // namespace quench::orchestrator::core

#include "orchestrator/core/warm_start.hpp"

#include "orchestrator/core/decide.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

namespace quench::orchestrator::core {
namespace {

/// Where in a point of the other study each objective stands: 0 is its first.
base::Result<std::vector<std::size_t>> places_of(const Study& study, const Study& other) {
    const auto theirs = other.objectives();
    std::vector<std::size_t> places;
    for (const Objective& objective : study.objectives()) {
        const auto found = std::find_if(theirs.begin(), theirs.end(),
                                        [&](const Objective& one) { return one.metric == objective.metric; });
        if (found == theirs.end())
            return base::Error(
                fmt::format("warm_start: study '{}' has no objective {} (it has {}) name a study of "
                            "the same objectives, or remove it",
                            other.name, objective.metric, metrics_of(other)));
        places.push_back(static_cast<std::size_t>(found - theirs.begin()));
    }
    return places;
}

std::vector<LearnedPoint> curve_of(const Trial& trial, const std::vector<std::size_t>& places,
                                   Resource most) {
    std::vector<LearnedPoint> curve;
    for (const Point& point : trial.curve) {
        if (!point.finite() || point.step > most) continue;
        LearnedPoint& learned = curve.emplace_back(LearnedPoint{point.step, {}});
        for (const std::size_t place : places)
            learned.values.push_back(place == 0 ? point.value : point.others[place - 1]);
    }
    return curve;
}

}  // namespace

base::Result<Learnable> learnable_from(const State& other, const Study& study) {
    const auto places = places_of(study, other.study());
    if (!places) return places.error();
    Learnable learnable;
    for (const Trial& trial : other.trials) {
        const auto* ended = std::get_if<Ended>(&trial.phase);
        const bool fits = study.space.check(trial.params).ok();
        if (!ended || !fits) {
            ++learnable.skipped[ended ? "not in this space" : "not ended"];
            continue;
        }
        if (trial.parent) {  // what it came to is not its own configuration's alone
            ++learnable.skipped["begun from another trial's checkpoint"];
            continue;
        }
        TrialLearned learned{other.study().name, trial.id, trial.params,
                             curve_of(trial, *places, study.fidelity.max), ended->how};
        const bool broken = ended->how != search::Ending::completed && ended->how != search::Ending::stopped;
        if (!broken && learned.curve.empty()) {
            ++learnable.skipped[fmt::format("no value up to {} {}", study.fidelity.unit, study.fidelity.max)];
            continue;
        }
        const bool whole = !learned.curve.empty() && learned.curve.back().step >= study.fidelity.max;
        if (!broken) learned.how = whole ? search::Ending::completed : search::Ending::stopped;
        learnable.trials.push_back(std::move(learned));
    }
    const auto key = [&](const TrialLearned& one) {
        const bool broken = one.how != search::Ending::completed && one.how != search::Ending::stopped;
        const Resource reach = one.curve.empty() ? 0 : one.curve.back().step;
        const double value = one.curve.empty() ? 0 : one.curve.back().values[0];
        return std::tuple(broken, -reach, minimised(study.objective.direction, value));
    };
    std::stable_sort(learnable.trials.begin(), learnable.trials.end(),
                     [&](const TrialLearned& a, const TrialLearned& b) { return key(a) < key(b); });
    return learnable;
}

std::string to_text(const Learnable& learnable, const std::string& study) {
    std::size_t all = learnable.trials.size();
    std::string reasons;
    for (const auto& [reason, count] : learnable.skipped) {
        all += count;
        reasons += fmt::format("{}{}: {}", reasons.empty() ? " (" : "; ", count, reason);
    }
    return fmt::format("warm start: {} of {} trials of '{}' are used{}", learnable.trials.size(), all, study,
                       reasons.empty() ? "" : reasons + ")");
}

}  // namespace quench::orchestrator::core

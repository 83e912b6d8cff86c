// What a decision of Swift-Hyperband rests on, gathered from the study's curves.
#include "search/scheduler/swift_hyperband.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

constexpr std::size_t most_movements = 200;  ///< the latest: a trend by medians costs the square of them
constexpr std::size_t fewest_earlier = 5;    ///< of a stage: a trend of fewer is none

Resource rounded(double amount) {
    return static_cast<Resource>(std::llround(amount));
}

}  // namespace

SurvivalQuestion SwiftHyperband::question_of(std::size_t index, std::size_t s) const {
    const Bracket& bracket = brackets_[index];
    const Stop& stop = bracket.stops[s];
    SurvivalQuestion question;
    question.target = bracket.plan.rounds[stop.round];
    question.question = {curves_.points_to(stop.at), curves_.points_to(question.target)};
    question.places = places(bracket, stop);
    const double risk = options_.risk * static_cast<double>(question.places);
    question.risk = std::max(0.0, risk - bracket.risked[stop.round]);
    question.key = (static_cast<std::uint64_t>(bracket.plan.s) << 32) + s;
    for (std::size_t rank = 0; rank < stop.results.size(); ++rank) {
        const TrialId id = stop.results.at_rank(rank)->trial;
        if (trials_.at(id).stage == Stage::over) continue;
        question.contenders.push_back({id, curves_.curve(id, question.question.known)});
    }
    question.movements = movements(stop.at, question.target, index, false);
    const auto eta = static_cast<double>(options_.eta);
    std::size_t found = 0;
    for (auto then = static_cast<double>(question.target) / eta; rounded(then) >= 2; then /= eta) {
        const double share = static_cast<double>(rounded(then)) / static_cast<double>(question.target);
        // Rounded down: a longer way to go disturbs more, not less.
        const auto now = static_cast<Resource>(static_cast<double>(stop.at) * share);
        if (now < 1 || found >= SurvivalWork::most_earlier) break;
        auto stage = movements(now, rounded(then), brackets_.size(), stop.round == 0);
        if (stage.size() < fewest_earlier) continue;
        found += stage.size();
        question.earlier.push_back(std::move(stage));
    }
    if (!options_.predictor) return question;
    question.predictor = options_.predictor;
    question.predictor_leads = predictor_leads();
    for (auto id = order_.rbegin(); id != order_.rend() && question.curves.size() < most_movements; ++id) {
        const Trial& trial = trials_.at(*id);
        if (trial.bracket != index && trial.reached >= question.target)
            question.curves.push_back(curves_.curve(*id, question.question.target));
    }
    return question;
}

/// Of trials that were trained to `then`; with `unselected` in their first round, where nobody chose them.
std::vector<Movement> SwiftHyperband::movements(Resource now, Resource then, std::size_t besides_bracket,
                                                bool unselected) const {
    std::vector<Movement> found;
    const std::size_t from = curves_.points_to(now);
    const std::size_t to = curves_.points_to(then);
    if (from < 1 || to <= from) return found;
    for (auto id = order_.rbegin(); id != order_.rend() && found.size() < most_movements; ++id) {
        const Trial& trial = trials_.at(*id);
        if (trial.bracket == besides_bracket || (unselected ? trial.unselected : trial.reached) < then)
            continue;
        const auto values = curves_.values(*id);
        found.push_back({values[from - 1], values[to - 1]});
    }
    return found;
}

}  // namespace quench::search::scheduler

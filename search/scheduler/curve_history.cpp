#include "search/scheduler/curve_history.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

constexpr std::size_t most_movements = 200;      ///< the latest: a trend by medians costs the square of them
constexpr std::ptrdiff_t most_looked_at = 4000;  ///< of the latest trials: a long study decides often
constexpr std::size_t fewest_earlier = 5;        ///< of a stage: a trend of fewer is none

Resource rounded(double amount) {
    return static_cast<Resource>(std::llround(amount));
}

}  // namespace

void CurveHistory::propose(TrialId id, std::size_t group) {
    trials_[id].group = group;
    order_.push_back(id);
}

void CurveHistory::report(TrialId id, Resource step, double value) {
    const auto found = trials_.find(id);
    if (found == trials_.end() || step <= found->second.reached) return;
    found->second.reached = step;
    curves_.add(id, step, value);
}

void CurveHistory::choose(TrialId id, Resource step) {
    const auto found = trials_.find(id);
    if (found != trials_.end()) found->second.chosen.push_back(step);
}

Resource CurveHistory::reached(TrialId id) const {
    const auto found = trials_.find(id);
    return found == trials_.end() ? 0 : found->second.reached;
}

void CurveHistory::recall(SurvivalQuestion& question, const Occasion& occasion) const {
    const Resource target = occasion.target;
    question.target = target;
    question.question = {points_to(occasion.now), points_to(target)};
    question.movements = movements(occasion.now, target, occasion.besides_group, false);
    const auto eta = static_cast<double>(occasion.eta);
    std::size_t found = 0;
    for (auto then = static_cast<double>(target) / eta; rounded(then) >= 2; then /= eta) {
        const double share = static_cast<double>(rounded(then)) / static_cast<double>(target);
        // Rounded down: a longer way to go disturbs more, not less.
        const auto now = static_cast<Resource>(static_cast<double>(occasion.now) * share);
        if (now < 1 || found >= SurvivalWork::most_earlier) break;
        auto stage = movements(now, rounded(then), std::nullopt, occasion.unselected);
        if (stage.size() < fewest_earlier) continue;
        found += stage.size();
        question.earlier.push_back(std::move(stage));
    }
    if (!question.predictor) return;
    for (auto id = order_.rbegin(); id != end_of_look() && question.curves.size() < most_movements; ++id) {
        const Trial& trial = trials_.at(*id);
        if (trial.group != occasion.besides_group && trial.reached >= target)
            question.curves.push_back(curve(*id, target));
    }
}

std::vector<TrialId>::const_reverse_iterator CurveHistory::end_of_look() const {
    return order_.rbegin() + std::min(std::ssize(order_), most_looked_at);
}

/// Of trials that were trained to `then` and not chosen on the way; with `unselected`, nor before.
std::vector<Movement> CurveHistory::movements(Resource now, Resource then,
                                              std::optional<std::size_t> besides_group,
                                              bool unselected) const {
    std::vector<Movement> found;
    const std::size_t from = points_to(now);
    const std::size_t to = points_to(then);
    if (from < 1 || to <= from) return found;
    const auto counts = [&](const Trial& trial) {
        if (trial.group == besides_group || trial.reached < then) return false;
        return std::ranges::none_of(trial.chosen,
                                    [&](Resource step) { return step < then && (step > now || unselected); });
    };
    for (auto id = order_.rbegin(); id != end_of_look() && found.size() < most_movements; ++id) {
        if (!counts(trials_.at(*id))) continue;
        const auto values = curves_.values(*id);
        found.push_back({recent_best(values.first(from)), values[to - 1]});
    }
    return found;
}

}  // namespace quench::search::scheduler

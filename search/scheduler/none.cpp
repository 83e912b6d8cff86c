#include "search/scheduler/none.hpp"

#include "search/scheduler/amount.hpp"

#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {

None::None(Resource max, std::string unit) : max_(max), unit_(std::move(unit)) {}

void None::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) {
        training_.insert(proposed->trial);
    } else if (const auto* reported = std::get_if<Reported>(&event)) {
        if (reported->step < max_ || training_.erase(reported->trial) == 0) return;
        trained_.insert(reported->trial);
        results_.insert(make_result(reported->value, reported->trial));
    } else if (const auto* judged = std::get_if<Judged>(&event)) {
        if (judged->verdict == Verdict::stop) leave(judged->trial, true);
    } else if (const auto* ended = std::get_if<Ended>(&event)) {
        leave(ended->trial, ended->how != Ending::completed && ended->how != Ending::stopped);
    } else if (std::holds_alternative<ProposalsEnded>(event)) {
        proposals_ended_ = true;
    }
}

void None::leave(TrialId trial, bool badly) {
    trained_.erase(trial);
    if (training_.erase(trial) == 1 && badly)
        results_.insert({std::numeric_limits<double>::infinity(), trial});
}

std::vector<Judgement> None::judgements_due() const {
    std::vector<Judgement> due;
    for (const TrialId trial : trained_)
        due.push_back({.trial = trial,
                       .step = max_,
                       .verdict = Verdict::stop,
                       .to = 0,
                       .reason = fmt::format("trained to max ({})", amount_text(max_, unit_)),
                       .forecast = std::nullopt,
                       .threshold = std::nullopt});
    return due;
}

Job None::next_job() const {
    if (!proposals_ended_) return Start{.bracket = 0, .to = max_};
    if (!training_.empty()) return Wait{fmt::format("{} trials are still being trained", training_.size())};
    return Finished{"all trials have ended"};
}

std::vector<Rung> None::rungs() const {
    Rung rung;
    rung.at = max_;
    rung.running = training_.size();
    rung.arrived = results_.size();
    rung.best = finite_value_at(results_, 0);
    return {rung};
}

std::unique_ptr<Scheduler> None::clone() const {
    return std::make_unique<None>(*this);
}

}  // namespace quench::search::scheduler

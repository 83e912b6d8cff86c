#include "search/scheduler/median.hpp"

#include "base/contract.hpp"
#include "search/scheduler/amount.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace quench::search::scheduler {
namespace {

/// Of an even number the mean of the two in the middle, so that neither half decides.
double median_of(const Standing& standing) {
    const std::size_t n = standing.size();
    return (standing.at_rank((n - 1) / 2)->value + standing.at_rank(n / 2)->value) / 2;
}

}  // namespace

MedianStopping::MedianStopping(Options options) : options_(std::move(options)) {
    QUENCH_CHECK(options_.min >= 1 && options_.max >= options_.min, "median stopping needs 1 <= min <= max");
}

void MedianStopping::tell(const Event& event) {
    if (const auto* proposed = std::get_if<Proposed>(&event)) {
        const bool fresh = trials_.emplace(proposed->trial, Trial{}).second;
        QUENCH_CHECK(fresh, "a trial was proposed twice");
        ++training_;
        ++open_;
    }
    if (const auto* reported = std::get_if<Reported>(&event)) on(*reported);
    if (const auto* judged = std::get_if<Judged>(&event)) on(*judged);
    if (const auto* ended = std::get_if<Ended>(&event)) on(*ended);
    if (std::holds_alternative<ProposalsEnded>(event)) proposals_ended_ = true;
}

void MedianStopping::on(const Reported& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end()) return;
    Trial& trial = found->second;
    if (trial.stage != Stage::training || event.step <= trial.step) return;
    trial.step = event.step;
    ++trial.reports;
    trial.mean += (event.value - trial.mean) / static_cast<double>(trial.reports);
    trial.best = trial.reports == 1 ? event.value : std::min(trial.best, event.value);
    Standing& averages = averages_[event.step];
    const std::size_t others = averages.size();
    const double median = others > 0 ? median_of(averages) : 0;
    averages.insert(make_result(trial.mean, event.trial));
    if (event.step >= options_.max) {
        trained_.insert(make_result(event.value, event.trial));
        return judge(event.trial, trial,
                     fmt::format("trained to max ({})", amount_text(options_.max, options_.unit)),
                     std::nullopt);
    }
    if (event.step < options_.min || others < options_.others || !(trial.best > median)) return;
    judge(event.trial, trial,
          fmt::format("its best value is worse than the median of the averages of {} others at {}", others,
                      amount_text(event.step, options_.unit)),
          median);
}

void MedianStopping::judge(TrialId id, Trial& trial, std::string reason, std::optional<double> threshold) {
    trial.stage = Stage::judged;
    --training_;
    due_.push_back({.trial = id,
                    .step = trial.step,
                    .verdict = Verdict::stop,
                    .to = 0,
                    .reason = std::move(reason),
                    .forecast = std::nullopt,
                    .threshold = threshold});
}

void MedianStopping::on(const Judged& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || event.verdict != Verdict::stop) return;
    if (found->second.stage != Stage::over) leave(event.trial, found->second, Stage::judged, true);
}

void MedianStopping::on(const Ended& event) {
    const auto found = trials_.find(event.trial);
    if (found == trials_.end() || found->second.stage == Stage::over) return;
    leave(event.trial, found->second, Stage::over,
          event.how != Ending::completed && event.how != Ending::stopped);
    --open_;
}

void MedianStopping::leave(TrialId id, Trial& trial, Stage stage, bool badly) {
    if (trial.stage == Stage::training) {
        --training_;
        const auto next = averages_.upper_bound(trial.step);
        if (badly && next != averages_.end())
            next->second.insert({std::numeric_limits<double>::infinity(), id});
    }
    trial.stage = stage;
    // Judgements are given in order, so this one is the first as a rule.
    const auto at = std::find_if(due_.begin(), due_.end(), [&](const Judgement& j) { return j.trial == id; });
    if (at != due_.end()) due_.erase(at);
}

std::vector<Judgement> MedianStopping::judgements_due() const {
    return {due_.begin(), due_.end()};
}

Job MedianStopping::next_job() const {
    if (!proposals_ended_) return Start{.bracket = 0, .to = options_.max};
    if (open_ > 0) return Wait{fmt::format("{} trials are still being trained", open_)};
    return Finished{"all trials have ended"};
}

std::vector<Rung> MedianStopping::rungs() const {
    Rung rung;
    rung.at = options_.max;
    rung.running = training_;
    rung.arrived = trained_.size();
    rung.best = finite_value_at(trained_, 0);
    return {rung};
}

std::unique_ptr<Scheduler> MedianStopping::clone() const {
    return std::make_unique<MedianStopping>(*this);
}

}  // namespace quench::search::scheduler

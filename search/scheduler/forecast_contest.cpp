#include "search/scheduler/forecast_contest.hpp"

#include <algorithm>
#include <cmath>

namespace quench::search::scheduler {
namespace {

constexpr std::size_t promises_remembered = 200;
constexpr std::size_t promises_compared = 12;

}  // namespace

void ForecastContest::promise(const Judged& event) {
    if (event.verdict != Verdict::proceed || !event.forecast || !event.evidence ||
        !event.evidence->rival_forecast)
        return;
    promises_[event.trial].push_back({.target = event.evidence->target,
                                      .forecast = *event.forecast,
                                      .rival_forecast = *event.evidence->rival_forecast,
                                      .by_last_value = event.evidence->predictor == "last"});
}

void ForecastContest::report(TrialId trial, Resource step, double value) {
    const auto found = promises_.find(trial);
    if (found == promises_.end()) return;
    std::erase_if(found->second, [&](const Promise& promise) {
        if (step < promise.target) return false;
        const double error = std::abs(value - promise.forecast);
        const double rival = std::abs(value - promise.rival_forecast);
        if (error != rival) nearer_.push_back((rival < error) == promise.by_last_value);
        if (nearer_.size() > promises_remembered) nearer_.pop_front();
        return true;
    });
}

bool ForecastContest::predictor_leads() const {
    const auto count = static_cast<double>(nearer_.size());
    const auto wins = static_cast<double>(std::count(nearer_.begin(), nearer_.end(), true));
    return nearer_.size() >= promises_compared && wins > 0.5 * count + std::sqrt(count);
}

}  // namespace quench::search::scheduler

// Whose forecasts were nearer on this study, the last value's or the predictor's?
#pragma once

#include "search/event.hpp"

#include <cstddef>
#include <deque>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// Forecasts are held until their trial comes to the step that was forecast.
class ForecastContest {
  public:
    /// A verdict to go on, with the forecasts of both; others change nothing.
    void promise(const Judged& event);
    void report(TrialId trial, Resource step, double value);
    /// What was forecast of a trial that has ended will never be known.
    void forget(TrialId trial) { promises_.erase(trial); }

    /// The predictor was nearer more often than chance explains: two standard deviations of at least twelve
    /// forecasts, of the latest 200.
    [[nodiscard]] bool predictor_leads() const;

  private:
    struct Promise {
        Resource target = 0;
        double forecast = 0;
        double rival_forecast = 0;
        bool by_last_value = true;  ///< the forecast; the rival's is the predictor's
    };
    std::unordered_map<TrialId, std::vector<Promise>> promises_;
    std::deque<bool> nearer_;  ///< the predictor was
};

}  // namespace quench::search::scheduler

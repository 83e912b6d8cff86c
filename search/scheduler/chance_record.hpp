// Do chances come true? What came of trials says how much bolder or more careful the next chances should be.
//
// Chances that are right in their order but too sure of themselves, or not sure enough, are a matter of one
// slope: the log-odds of what is true are `slope` times those that were told (Platt, 1999), both less those
// of the share that wins. The slope is that which makes what came of the chances most likely, beginning at 1.
#pragma once

#include "search/trial_id.hpp"

#include <cstddef>
#include <deque>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// A chance to be among the winners, who are a share of all between 0 and 1.
struct Chance {
    double chance = 0;
    double winners = 0.5;
};
/// With its log-odds, less those of the share of winners, times the slope; with 1 / slope it is as it was.
[[nodiscard]] double sloped(const Chance& chance, double slope);

/// Chances of trials are held until their round's end. What is known is what came of those that went on.
class ChanceRecord {
  public:
    /// `chance` was told of a trial that goes on, before any slope.
    void promise(TrialId trial, Resource target, const Chance& chance);
    /// It came to the target. The slope changes with `learn` only.
    void settle(TrialId trial, Resource target, bool won);
    void learn();
    /// What would have come of a trial that has ended will never be known.
    void forget(TrialId trial) { promises_.erase(trial); }

    [[nodiscard]] double slope() const { return slope_; }

  private:
    struct Promise {
        Resource target = 0;
        Chance chance;
    };
    struct Outcome {
        double odds = 0;  ///< logarithm, less that of the share of winners
        double winners_odds = 0;
        bool won = false;
    };
    std::unordered_map<TrialId, std::vector<Promise>> promises_;
    std::deque<Outcome> outcomes_;
    double slope_ = 1;
};

}  // namespace quench::search::scheduler

// What a study's curves have shown so far, as decisions in the middle of rounds ask for it.
#pragma once

#include "search/scheduler/curve_book.hpp"
#include "search/scheduler/survival.hpp"

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// Curves of all trials, in the order of their proposals. Each belongs to a group (a bracket).
///
/// Trials that go on were chosen for their values, so how they moved before that says nothing about others:
/// only those that did fall were let through. A movement counts where its trial was not chosen on the way.
class CurveHistory {
  public:
    explicit CurveHistory(Resource max) : curves_(max) {}

    void propose(TrialId trial, std::size_t group);
    /// Steps rise; others change nothing.
    void report(TrialId trial, Resource step, double value);
    /// It was let through for its value at this step.
    void choose(TrialId trial, Resource step);

    /// 0 for an unknown trial.
    [[nodiscard]] Resource reached(TrialId trial) const;
    /// Up to a step; empty for an unknown trial.
    [[nodiscard]] predictor::Curve curve(TrialId trial, Resource step) const {
        return curves_.curve(trial, curves_.points_to(step));
    }
    [[nodiscard]] std::size_t points_to(Resource step) const { return curves_.points_to(step); }

    struct Occasion {
        Resource now = 0;
        Resource target = 0;
        Resource eta = 2;         ///< between stages of training
        bool unselected = false;  ///< the contenders were not chosen yet: nor are those of earlier stages
        std::optional<std::size_t> besides_group = std::nullopt;  ///< that is being decided about
    };
    /// Movements, earlier stages and, where the question has a predictor, curves for it.
    void recall(SurvivalQuestion& question, const Occasion& occasion) const;

  private:
    struct Trial {
        std::size_t group = 0;
        Resource reached = 0;
        std::vector<Resource> chosen;  ///< at these steps, rising
    };
    [[nodiscard]] std::vector<Movement> movements(Resource now, Resource then,
                                                  std::optional<std::size_t> besides_group,
                                                  bool unselected) const;

    [[nodiscard]] std::vector<TrialId>::const_reverse_iterator end_of_look() const;

    CurveBook curves_;
    std::unordered_map<TrialId, Trial> trials_;
    std::vector<TrialId> order_;
};

}  // namespace quench::search::scheduler

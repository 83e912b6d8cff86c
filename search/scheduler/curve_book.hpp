// The learning curves of a study's trials, as predictors take them.
#pragma once

#include "predictor/curve.hpp"
#include "search/trial_id.hpp"

#include <cstddef>
#include <span>
#include <unordered_map>
#include <vector>

namespace quench::search::scheduler {

/// Values at points 1, 2, ... of a grid over the resource: every step, or so few of them that a curve to the
/// maximum has at most `most_points`. A point without a report has the value of the next one, as at rungs.
class CurveBook {
  public:
    static constexpr Resource most_points = 4096;  ///< a predictor sees a trend in fewer

    explicit CurveBook(Resource max);

    /// Reports of one trial, steps rising; others change nothing.
    void add(TrialId trial, Resource step, double value);

    /// How many points lie up to a step, that one included.
    [[nodiscard]] std::size_t points_to(Resource step) const {
        return static_cast<std::size_t>(step / stride_);
    }
    /// As far as it was reported; empty for an unknown trial.
    [[nodiscard]] std::span<const double> values(TrialId trial) const;
    /// Up to `points` of them, without parameters.
    [[nodiscard]] predictor::Curve curve(TrialId trial, std::size_t points) const;

  private:
    Resource stride_;
    std::unordered_map<TrialId, std::vector<double>> curves_;
};

}  // namespace quench::search::scheduler

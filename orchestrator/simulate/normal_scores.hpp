// Values of many runs at one step as normal scores, and back.
#pragma once

#include <span>
#include <vector>

namespace quench::orchestrator::simulate {

/// The inverse of the standard normal distribution function; `share` is in (0, 1).
double normal_quantile(double share);

/// What makes losses that span decades, accuracies near 1 and missing values fit for a linear model: a value
/// becomes the normal quantile of its rank among all, the least the best, equal ones sharing theirs, and
/// missing ones (NaN) share the worst.
class NormalScores {
  public:
    /// At least one value.
    explicit NormalScores(std::span<const double> values);

    /// One a value, in their order.
    [[nodiscard]] const std::vector<double>& scores() const { return scores_; }

    /// Linear between the values that were given, cut off at the least and the largest of them; NaN where the
    /// score is nearer to that of the missing ones.
    [[nodiscard]] double value(double score) const;

  private:
    std::vector<double> scores_;
    std::vector<double> knot_scores_, knot_values_;  ///< rising, of the finite values
    double missing_from_;                            ///< infinity where nothing is missing
};

}  // namespace quench::orchestrator::simulate

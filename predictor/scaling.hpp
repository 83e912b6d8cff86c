// Numbers of any unit brought to [0, 1].
#pragma once

#include <span>
#include <vector>

namespace quench::predictor {

/// min_max: linear, from the smallest to the largest value. quantile: the share of values below, which no
/// outlier moves; what lies outside of the values becomes 0 or 1, and nothing outside of them comes back.
enum class Scaling { min_max, quantile };

/// Learnt from values; those that are not finite are passed over. A value.
class Scaler {
  public:
    Scaler() = default;
    Scaler(Scaling scaling, std::span<const double> values);
    /// 0 for constant values, and for NaN NaN.
    [[nodiscard]] double forward(double value) const;
    /// Of constant values: themselves.
    [[nodiscard]] double inverse(double scaled) const;

  private:
    Scaling scaling_ = Scaling::min_max;
    std::vector<double> sorted_ = {0, 1};
};

}  // namespace quench::predictor

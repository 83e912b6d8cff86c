// Curves as rows of numbers for regressions, scaled by what the training curves are like.
#pragma once

#include "base/result.hpp"
#include "predictor/curve.hpp"
#include "predictor/scaling.hpp"

#include <span>
#include <vector>

namespace quench::predictor {

/// What a regression learns: the level that is asked for, or the change to it from the last known value.
/// Changes go on where no training curve went, as with runs that diverge; levels forgive spikes, after which
/// runs return. `chosen`: whichever had the smaller error in a cross-validation; who learns features settles
/// it first (target_choice.hpp), or learns levels.
enum class Target { level, change, chosen };

/// Which numbers of a curve a regression sees.
struct FeatureOptions {
    bool curve = true;
    std::size_t differences = 1;  ///< between neighbours among the values used: orders 0, 1 or 2
    bool parameters = true;
    /// Of longer curves so many values at even distances, first and last included; 0: all.
    std::size_t most_values = 0;
    Scaling scaling = Scaling::min_max;  ///< of features and targets
    Target target = Target::level;       ///< without a known value always the level
    friend bool operator==(const FeatureOptions&, const FeatureOptions&) = default;
};

/// Scaled features and targets of training curves, and the same view of others.
class Features {
  public:
    /// An Error where nothing is left to learn from.
    [[nodiscard]] static base::Result<Features> learn(std::span<const Curve> training,
                                                      const Question& question,
                                                      const FeatureOptions& options);

    /// N x width, row-major.
    [[nodiscard]] const std::vector<double>& rows() const { return rows_; }
    [[nodiscard]] const std::vector<double>& targets() const { return targets_; }
    [[nodiscard]] std::size_t width() const { return scalers_.size(); }
    /// `width` values; inactive parameters (NaN) in the middle.
    [[nodiscard]] std::vector<double> row(const Curve& curve) const;
    /// The level that a scaled target means for a curve.
    [[nodiscard]] double level(double target, const Curve& curve) const {
        return origin(curve) + target_scaler_.inverse(target);
    }

  private:
    [[nodiscard]] std::vector<double> raw(const Curve& curve) const;
    /// From where targets count.
    [[nodiscard]] double origin(const Curve& curve) const;

    Question question_;
    FeatureOptions options_;
    std::vector<Scaler> scalers_;
    Scaler target_scaler_;
    std::vector<double> rows_, targets_;
};

/// Indices, from 0, of at most `most` of `count` values at even distances; 0: all.
[[nodiscard]] std::vector<std::size_t> spread_out(std::size_t count, std::size_t most);

}  // namespace quench::predictor

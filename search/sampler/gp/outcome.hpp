// What a Gaussian process is told instead of the raw objective.
#pragma once

#include <vector>

#include <Eigen/Core>

namespace quench::search::sampler {

/// Values counted from the best in units of the median's distance u, then through ((1 + u)^power - 1) / power
/// (log(1 + u) for 0), then standardised to mean 0 and variance 1. Power 1 leaves an objective as it is; less
/// shrinks its bad end, so that one that spans decades, or that is flat but for a few huge values, becomes
/// one that a stationary kernel can follow. (Box and Cox, JRSS B 26, 1964, with a shift; as a part of the
/// process: Snelson et al., NIPS 2003.) The power is fitted with the process: regression.hpp.
class Outcome {
  public:
    /// Expects finite values.
    explicit Outcome(std::vector<double> values);

    /// For values that need no warp: whatever the power, they are only standardised.
    static Outcome plain(const std::vector<double>& values);

    struct Warped {
        Eigen::VectorXd values;  ///< in the order of the raw ones; all 0 if those are equal
        double log_slope;        ///< sum of the logarithms of d warped / d raw, up to a constant
    };
    [[nodiscard]] Warped warped(double power) const;

  private:
    Eigen::VectorXd logs_;  ///< log(1 + u); if plain, the values
    bool plain_ = false;
};

}  // namespace quench::search::sampler

// The logarithm of expected improvement.
#pragma once

namespace quench::search::sampler {

struct LogImprovement {
    double value;         ///< log of E max(0, incumbent - f)
    double by_mean;       ///< its derivative
    double by_deviation;  ///< its derivative
};

/// For f normal with this mean and deviation > 0. Finite where expected improvement itself underflows, so
/// that its gradient leads out of flat regions (Ament et al., "Unexpected improvements to expected
/// improvement", NeurIPS 2023). Relative error below 1e-6.
LogImprovement log_expected_improvement(double mean, double deviation, double incumbent);

}  // namespace quench::search::sampler

// Means over seeds, and how sure they are.
#pragma once

#include <vector>

namespace quench::orchestrator::simulate {

struct Estimate {
    double mean = 0;
    double low = 0;  ///< of the 95 % interval
    double high = 0;
};

/// The mean with its percentile bootstrap interval (2000 resamples, keyed: the same for the same values).
/// NaN for no values.
Estimate mean_of(const std::vector<double>& values);

}  // namespace quench::orchestrator::simulate

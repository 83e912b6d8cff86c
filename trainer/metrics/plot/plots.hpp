// Pictures of metrics, all reconstructions in each.
#pragma once

#include "trainer/metrics/metrics.hpp"

#include <string>
#include <vector>

namespace quench::trainer::metrics::plot {

struct Plot {
    std::string name;  ///< of its file, without ".svg"
    std::string svg;
};

/// Confusion matrices side by side as heat maps, shares of each row.
std::string confusion(const Metrics& metrics);
/// Efficiency and fake rate of charged and neutral hadrons against energy, with 68 % intervals (Wilson).
std::string efficiency(const Metrics& metrics);
/// Histograms of jet response and of missing momentum.
std::string response(const Metrics& metrics);
/// Deviation of hadrons' relative differences, and the width and middle of the jet response, against pt or E.
std::string resolution(const Metrics& metrics);

/// All of these.
std::vector<Plot> all(const Metrics& metrics);

/// Where the share of a tally lies with a probability of 68 %: the interval of Wilson (1927), which stays
/// within 0 and 1 and has a width even if nothing, or everything, counted. `whole` is above 0.
struct Interval {
    double low = 0, high = 1;
};
Interval wilson_interval(const Tally& tally);

}  // namespace quench::trainer::metrics::plot

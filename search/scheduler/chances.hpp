// Chances to be among the best later on, from values now and from how others moved.
//
// What disturbs a ranking is not how far values move but how differently. Of runs that are known now and
// then, then = a + b now + error is fitted robustly (Theil, Sen), and error / b says by how much, in units of
// the values now, each run was better or worse than it looked. Contenders whose values are moved by such
// disturbances at random rank themselves; how often one is among the best is its chance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace quench::search::scheduler {

/// What a curve says its run is worth now: the best of its last three values, or of as many as there are. A
/// single bad one is noise rather than a setback; smooth curves that fall lose nothing. Not empty.
[[nodiscard]] double recent_best(std::span<const double> curve);

/// One run at two amounts of resource; smaller is better.
struct Movement {
    double now = 0;  ///< the best lately
    double then = 0;
};

/// then = intercept + slope * now, by medians: outliers (runs that diverged, restarts) do not turn it.
struct Trend {
    double intercept = 0;
    double slope = 1;
    [[nodiscard]] double at(double now) const { return intercept + slope * now; }
};
[[nodiscard]] Trend trend_of(std::span<const Movement> movements);

/// Disturbances of the values now, median 0. A flat or falling trend says nothing about ranks: there they are
/// ten times the errors.
[[nodiscard]] std::vector<double> disturbances(std::span<const Movement> movements, const Trend& trend);

/// Distance between the quartiles; 0 for fewer than four.
[[nodiscard]] double spread_of(std::vector<double> values);

struct Contender {
    double value = 0;                                         ///< now, or its forecast
    double unit = 1;                                          ///< of its disturbances
    std::shared_ptr<const std::vector<double>> disturbances;  ///< not empty
};

/// For each contender the share of `draws` in which it is among the best `places`, and of 20 more that all
/// share: nobody's chance is 0. Disturbances are drawn with replacement and blurred, and widened for being
/// few: those that are rarer than one in them exist as well. O(draws * contenders); the same for the same
/// arguments.
[[nodiscard]] std::vector<double> chances(std::span<const Contender> contenders, std::size_t places,
                                          std::uint64_t key, std::size_t draws = 500);

}  // namespace quench::search::scheduler

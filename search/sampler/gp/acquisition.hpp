// Where to try next: the search for the largest log expected improvement, or improvement per second.
#pragma once

#include "base/random.hpp"
#include "search/sampler/gp/regression.hpp"

#include <optional>
#include <span>

namespace quench::search::sampler {

class Acquisition {
  public:
    struct Effort {
        std::size_t candidates;
        std::size_t climbs;
        int iterations;
    };

    /// The process must live as long, and so must `cost`: a process over logarithms of seconds, divided by
    /// `deviation`. With it the value is the logarithm of expected improvement over the median of the seconds
    /// (Snoek et al., NIPS 2012, section 3.2), up to a constant.
    struct LogSeconds {
        const Regression* process;
        double deviation;
    };
    Acquisition(const space::Encoding& encoding, const Regression& process, double incumbent,
                std::optional<LogSeconds> cost = std::nullopt)
        : encoding_(&encoding), process_(&process), incumbent_(incumbent), cost_(cost) {}

    /// `best` are the best points known, the best first; new candidates are spread around them. The point of
    /// largest value found; its coordinates are those of a configuration (snapped, NaN where inactive).
    [[nodiscard]] space::Point maximise(std::span<const space::Point> best, const Effort& effort,
                                        base::Rng& rng) const;

    /// Of an encoded point.
    [[nodiscard]] double value(const space::Point& point) const;

  private:
    struct Found {
        space::Point point;  ///< with a coordinate on every axis
        double value;
    };
    [[nodiscard]] std::vector<Found> candidates(std::span<const space::Point> best, std::size_t count,
                                                base::Rng& rng) const;
    [[nodiscard]] Found climb(const Found& start, int iterations) const;
    [[nodiscard]] Found try_values(Found found) const;
    [[nodiscard]] Found judged(space::Point point) const;

    const space::Encoding* encoding_;
    const Regression* process_;
    double incumbent_;
    std::optional<LogSeconds> cost_;
};

}  // namespace quench::search::sampler

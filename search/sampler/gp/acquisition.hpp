// Where to try next: the search for the largest log expected improvement.
#pragma once

#include "base/random.hpp"
#include "search/sampler/gp/regression.hpp"

#include <span>

namespace quench::search::sampler {

class Acquisition {
  public:
    struct Effort {
        std::size_t candidates;
        std::size_t climbs;
        int iterations;
    };

    /// `best` are the best points known, the best first; new candidates are spread around them. The process
    /// must live as long.
    Acquisition(const space::Encoding& encoding, const Regression& process, double incumbent)
        : encoding_(&encoding), process_(&process), incumbent_(incumbent) {}

    /// The point of largest value found; its coordinates are those of a configuration (snapped, NaN where
    /// inactive).
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
};

}  // namespace quench::search::sampler

// The rungs of brackets, and which bracket a new trial belongs to.
#pragma once

#include "search/trial_id.hpp"

#include <cstddef>
#include <vector>

namespace quench::search::scheduler {

/// Rungs of a bracket: min * eta^bracket, times eta, ... up to max; when max is not among them it is the top
/// one, so that the best trials are always trained to max. Empty where the bracket would begin beyond max.
/// Needs 1 <= min <= max and eta >= 2.
std::vector<Resource> ladder(Resource min, Resource max, Resource eta, int bracket);

/// Gives each bracket its share of the trials, in the proportion of Hyperband's brackets, which spend about
/// equal amounts: with K rungs in bracket 0, ceil(K eta^s / (s + 1)) for the bracket of s + 1 rungs.
class BracketShares {
  public:
    BracketShares(Resource min, Resource max, Resource eta, int brackets);

    /// The bracket that lags behind its share the most; ties to the lower one.
    [[nodiscard]] int next() const;
    void started(int bracket) { ++started_.at(static_cast<std::size_t>(bracket)); }

  private:
    std::vector<double> shares_;
    std::vector<std::size_t> started_;
};

}  // namespace quench::search::scheduler

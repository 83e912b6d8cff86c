// The schedule of Hyperband in whole numbers: which bracket trains how many trials to where.
//
// After Li et al. ("Hyperband", JMLR 2018) with the rounding of the published Swift-Hyperband code:
//   s_max = floor(log_eta(R / min));  for s = s_max .. 0:  n = ceil((s_max + 1) * eta^s / (s + 1)),
//   round i = 0 .. s trains to r_i = R / eta^(s - i), halves rounded to even (12.5 -> 12),
//   and max(floor(n_i / eta), 1) of its n_i trials go on.
// With min = 1 that is the published schedule exactly; a larger min leaves out the brackets that would start
// below it. Since R / eta^s >= min >= 1, the r_i are at least 1 and rise strictly.
#pragma once

#include "search/trial_id.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace quench::search::scheduler {

struct HyperbandBracket {
    int s = 0;                     ///< the bracket's name: it has s + 1 rounds
    std::size_t trials = 0;        ///< that start
    std::vector<Resource> rounds;  ///< to where each trains
    friend bool operator==(const HyperbandBracket&, const HyperbandBracket&) = default;
};

/// s_max first. Needs 1 <= min <= max and eta >= 2.
std::vector<HyperbandBracket> hyperband_plan(Resource min, Resource max, Resource eta);

/// The lowest bracket alone, s = s_max, with so many trials; without a number eta^s, so that one is trained
/// to max.
HyperbandBracket successive_halving_plan(Resource min, Resource max, Resource eta,
                                         std::optional<std::size_t> trials);

/// How many of a round's trials go on.
std::size_t hyperband_keeps(std::size_t trials, Resource eta);

/// How many trials each round has when `trials` start.
std::vector<std::size_t> hyperband_sizes(const HyperbandBracket& bracket, std::size_t trials, Resource eta);

/// What a bracket spends when `trials` start, each going on from where it paused.
Resource hyperband_resource(const HyperbandBracket& bracket, std::size_t trials, Resource eta);

}  // namespace quench::search::scheduler

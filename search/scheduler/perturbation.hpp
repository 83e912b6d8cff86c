// A configuration near another one: the exploring half of population-based training.
#pragma once

#include "base/random.hpp"
#include "search/space/space.hpp"

namespace quench::search::scheduler {

struct PerturbationOptions {
    double factor = 1.2;     ///< numbers are multiplied or divided by it, each by a fair coin; above 1
    double resample = 0.25;  ///< probability, of each parameter, to be drawn anew instead
    friend bool operator==(const PerturbationOptions&, const PerturbationOptions&) = default;
};

/// Changes every active parameter of a configuration that passes Space::check, and gives one that does:
///  * a number is multiplied or divided by `factor` and kept within its range. Where the range is not
///    all above 0 it moves by (factor - 1) / 2 of its width instead, which is the same for 0.5 on [0, 1].
///    Integers and numbers with a step move by one value at least, while the range has another;
///  * an ordinal choice becomes a neighbour; at an end it may stay;
///  * a nominal choice stays, unless it is drawn anew.
/// What a change makes active is drawn from its whole range. Where constraints forbid the result: the near
/// one that Space::decode gives.
space::Configuration perturbed(const space::Space& space, const space::Configuration& configuration,
                               const PerturbationOptions& options, base::Rng rng);

}  // namespace quench::search::scheduler

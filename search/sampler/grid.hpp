// Grid search: every distinct configuration once, in a keyed shuffle.
//
// Not in lexicographic order: a study that is stopped early has then seen the whole space and not one corner,
// and schedulers compare trials as if they were drawn alike. The grid is never written out; a configuration
// is computed from its number, so a grid of 10^18 points costs nothing.
#pragma once

#include "base/result.hpp"
#include "search/sampler/permutation.hpp"
#include "search/sampler/sampler.hpp"
#include "search/sampler/taken_places.hpp"
#include "search/space/numbering.hpp"
#include "search/space/space.hpp"

#include <optional>

namespace quench::search::sampler {

/// Discrete parameters use all their values, a float without step `points` values from end to end, evenly
/// spaced (in the logarithm where the scale is log; one point: the middle). Where a parameter is inactive
/// nothing is repeated. A grid point that a user enqueued is not proposed again, one that breaks a constraint
/// not at all.
class Grid final : public Sampler {
  public:
    /// Refuses `points` of 0, more than 2^63 - 1 configurations, and constraints that leave no grid point or
    /// that tie more than can be listed (numbering.hpp).
    static base::Result<std::unique_ptr<Sampler>> make(space::Space space, std::uint64_t seed,
                                                       std::uint64_t points);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    Grid(space::Space space, space::Numbering numbering, std::uint64_t seed, std::uint64_t points);

    [[nodiscard]] space::Configuration configuration_at(std::uint64_t place) const;
    /// Where the shuffle has a configuration; none when it is not on the grid.
    [[nodiscard]] std::optional<std::uint64_t> place_of(const space::Configuration& configuration) const;

    space::Space space_;
    space::Numbering numbering_;
    Permutation order_;
    std::uint64_t points_;
    TakenPlaces taken_;
};

}  // namespace quench::search::sampler

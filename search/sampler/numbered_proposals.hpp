// The proposals of a space whose configurations can be numbered.
#pragma once

#include "search/sampler/permutation.hpp"
#include "search/sampler/proposals.hpp"
#include "search/sampler/taken_places.hpp"
#include "search/space/encoding.hpp"
#include "search/space/numbering.hpp"

#include <optional>

namespace quench::search::sampler {

/// Costs some microseconds and 8 bytes a trial. Uniform replacements come from a keyed shuffle.
///
/// Where constraints tie more than can be listed (numbering.hpp), nobody knows when nothing new is left: then
/// new ones are looked for within bounds, and where none is found a configuration is proposed again.
class NumberedProposals final : public Proposals {
  public:
    NumberedProposals(space::Encoding encoding, space::Numbering numbering, std::uint64_t seed,
                      Instead instead);

    void insert(const space::Configuration& configuration) override;
    [[nodiscard]] bool contains(const space::Configuration& configuration) const override;
    [[nodiscard]] bool exhausted() const override { return taken_.count() == order_.size(); }
    [[nodiscard]] space::Configuration replacement(const space::Configuration& repeated,
                                                   TrialId trial) const override;
    [[nodiscard]] std::unique_ptr<Proposals> clone() const override;

  private:
    /// In the shuffle; the configuration is one of the space.
    [[nodiscard]] std::uint64_t place_of(const space::Configuration& configuration) const;
    [[nodiscard]] space::Configuration configuration_at(std::uint64_t place) const;
    /// The smallest change of one axis that is new, in keyed order among equals.
    [[nodiscard]] std::optional<space::Configuration> neighbour(const space::Configuration& repeated,
                                                                TrialId trial) const;

    space::Encoding encoding_;
    space::Numbering numbering_;
    Permutation order_;
    std::uint64_t seed_;
    Instead instead_;
    TakenPlaces taken_;
};

}  // namespace quench::search::sampler

// No configuration twice, while a discrete space has one that is new.
#pragma once

#include "search/sampler/permutation.hpp"
#include "search/sampler/sampler.hpp"
#include "search/sampler/taken_places.hpp"
#include "search/space/encoding.hpp"
#include "search/space/numbering.hpp"

#include <optional>

namespace quench::search::sampler {

/// Wraps a sampler on a space whose configurations can be numbered. What was proposed before, by whomever and
/// with whatever fate, is replaced by something new; a space without anything new gives no more proposals, so
/// that the study ends. Costs some microseconds and 8 bytes a trial.
///
/// Where constraints tie more than can be listed (numbering.hpp), nobody knows when nothing new is left: then
/// new ones are looked for within bounds, and where none is found a configuration is proposed again.
class Distinct final : public Sampler {
  public:
    /// What takes the place of a repetition.
    enum class Instead {
        any,       ///< the next new one of a keyed shuffle: for samplers that are uniform
        neighbour  ///< one that differs in one parameter, as little as possible, if there is one: for models
    };

    /// The sampler itself where the space cannot be numbered: it has a float without step, or 2^63
    /// configurations and more, of which nobody meets one twice.
    static std::unique_ptr<Sampler> wrap(std::unique_ptr<Sampler> sampler, const space::Space& space,
                                         std::uint64_t seed, Instead instead);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return inner_->cost(); }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    Distinct(std::unique_ptr<Sampler> inner, space::Encoding encoding, space::Numbering numbering,
             std::uint64_t seed, Instead instead);

    /// In the shuffle; the configuration is one of the space.
    [[nodiscard]] std::uint64_t place_of(const space::Configuration& configuration) const;
    [[nodiscard]] space::Configuration configuration_at(std::uint64_t place) const;
    [[nodiscard]] space::Configuration replacement(const space::Configuration& repeated,
                                                   const TakenPlaces& taken, TrialId trial) const;
    /// The smallest change of one axis that is new, in keyed order among equals.
    [[nodiscard]] std::optional<space::Configuration> neighbour(const space::Configuration& repeated,
                                                                const TakenPlaces& taken,
                                                                TrialId trial) const;

    std::unique_ptr<Sampler> inner_;
    space::Encoding encoding_;
    space::Numbering numbering_;
    Permutation order_;
    std::uint64_t seed_;
    Instead instead_;
    TakenPlaces taken_;
};

}  // namespace quench::search::sampler

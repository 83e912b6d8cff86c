// No configuration twice, while there is one that is new.
#pragma once

#include "search/sampler/proposals.hpp"
#include "search/sampler/sampler.hpp"
#include "search/space/space.hpp"

namespace quench::search::sampler {

/// Wraps a sampler. What was proposed before, by whomever and with whatever fate, is replaced by something
/// new; a discrete space without anything new gives no more proposals, so that the study ends.
class Distinct final : public Sampler {
  public:
    Distinct(std::unique_ptr<Sampler> inner, const space::Space& space, std::uint64_t seed, Instead instead);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return inner_->cost(); }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    Distinct(const Distinct& other);

    std::unique_ptr<Sampler> inner_;
    std::unique_ptr<Proposals> proposed_;
};

}  // namespace quench::search::sampler

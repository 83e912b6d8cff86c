// Random search: uniform points of the unit cube.
#pragma once

#include "search/sampler/sampler.hpp"
#include "search/space/space.hpp"

namespace quench::search::sampler {

/// The configuration of trial i is a pure function of seed, i and space: nothing that happens in a study
/// changes it. A small discrete space repeats itself (distinct.hpp).
class Random final : public Sampler {
  public:
    Random(space::Space space, std::uint64_t seed);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    space::Space space_;
    std::uint64_t seed_;
};

}  // namespace quench::search::sampler

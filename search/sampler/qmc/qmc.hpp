// Quasi-random search: scrambled Sobol points of the unit cube.
#pragma once

#include "search/sampler/sampler.hpp"
#include "search/space/space.hpp"

namespace quench::search::sampler {

/// Trial i gets point i of the sequence named by the seed: a pure function of seed, i and space, as with
/// random search, but the points avoid each other, in every axis and in pairs of axes. A small discrete space
/// repeats itself (distinct.hpp).
class Qmc final : public Sampler {
  public:
    Qmc(space::Space space, std::uint64_t seed);

    void tell(const Event& event) override;
    [[nodiscard]] std::vector<space::Configuration> ask(TrialId first, std::size_t count) const override;
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override;

  private:
    space::Space space_;
    std::uint64_t seed_;
};

}  // namespace quench::search::sampler

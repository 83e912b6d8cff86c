// The proposals of a space that cannot be numbered.
#pragma once

#include "search/sampler/proposals.hpp"
#include "search/space/encoding.hpp"

#include <optional>
#include <unordered_set>

namespace quench::search::sampler {

/// A float without step makes a space endless, yet its configurations repeat themselves where the float is
/// inactive or a model wants it on its bound. Costs some microseconds and some 50 bytes a trial. Two
/// configurations of one hash (64 bits) are taken for one.
class HashedProposals final : public Proposals {
  public:
    HashedProposals(space::Encoding encoding, std::uint64_t seed, Instead instead)
        : encoding_(std::move(encoding)), seed_(seed), instead_(instead) {}

    void insert(const space::Configuration& configuration) override;
    [[nodiscard]] bool contains(const space::Configuration& configuration) const override {
        return hashes_.contains(hash_of(configuration));
    }
    [[nodiscard]] bool exhausted() const override { return false; }
    /// Within bounds: among so many neighbours and draws as are tried.
    [[nodiscard]] space::Configuration replacement(const space::Configuration& repeated,
                                                   TrialId trial) const override;
    [[nodiscard]] std::unique_ptr<Proposals> clone() const override {
        return std::make_unique<HashedProposals>(*this);
    }

  private:
    [[nodiscard]] std::size_t hash_of(const space::Configuration& configuration) const;

    space::Encoding encoding_;
    std::uint64_t seed_;
    Instead instead_;
    std::unordered_set<std::size_t> hashes_;
};

}  // namespace quench::search::sampler

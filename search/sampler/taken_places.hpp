// Which places of a shuffle are taken: a set of numbers that fills up from the front, as a rule.
#pragma once

#include <cstdint>
#include <vector>

namespace quench::search::sampler {

/// All places below a mark are taken, and some beyond it, listed in order. Copying is cheap also with 10^5 of
/// them: samplers are cloned for the compute thread.
class TakenPlaces {
  public:
    void insert(std::uint64_t place);
    [[nodiscard]] bool contains(std::uint64_t place) const;
    [[nodiscard]] std::uint64_t count() const { return mark_ + beyond_.size(); }
    /// The first place at or after `from` that is not taken.
    [[nodiscard]] std::uint64_t free_from(std::uint64_t from) const;

  private:
    std::uint64_t mark_ = 0;
    std::vector<std::uint64_t> beyond_;  ///< sorted, all above mark_
};

}  // namespace quench::search::sampler

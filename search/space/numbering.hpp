// Numbers the configurations that fulfil a space's constraints: 0, 1, ..., count - 1.
//
// Parameters that a constraint ties, with all that share a condition with them, are listed: each of their
// combinations is looked at once. All others are counted as without constraints (enumeration.hpp), so that
// only what is tied has to be small.
#pragma once

#include "search/space/enumeration.hpp"
#include "search/space/space.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace quench::search::space {

class Numbering {
  public:
    using Cells = Enumeration::Cells;
    /// The value in a cell of an axis.
    using Values = std::function<Value(std::size_t axis, std::uint64_t cell)>;

    /// Over axes of `sizes` cells, where Enumeration::make gives a numbering and the tied parameters have at
    /// most `most_listed` combinations, forbidden ones counted.
    static std::optional<Numbering> make(const Space& space, const std::vector<std::uint64_t>& sizes,
                                         const Values& values);
    static constexpr std::uint64_t most_listed = 1ULL << 18U;  ///< 2 MB, some 0.2 s

    /// Over all values of a space without plain floats.
    static std::optional<Numbering> of_values(const Space& space);
    /// The same with forbidden configurations counted, for a space that is too large to list.
    static std::optional<Numbering> of_values_freely(const Space& space);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// `rank` must be below count().
    [[nodiscard]] Cells unrank(std::uint64_t rank) const;
    /// The inverse. The cells must be a configuration that is counted.
    [[nodiscard]] std::uint64_t rank(const Cells& cells) const;

  private:
    Numbering(Enumeration tied, Enumeration free) : tied_(std::move(tied)), free_(std::move(free)) {}
    static std::optional<Numbering> make(const Space& space, const std::vector<std::uint64_t>& sizes,
                                         const std::vector<bool>& tied);
    bool list(const Space& space, const Values& values);
    [[nodiscard]] Cells part(const Cells& cells, const std::vector<std::size_t>& axes) const;

    std::vector<std::size_t> tied_axes_, free_axes_;
    Enumeration tied_, free_;
    std::optional<std::vector<std::uint64_t>>
        listed_;  ///< sorted: ranks in tied_ that fulfil the constraints
    std::uint64_t count_ = 0;
};

}  // namespace quench::search::space

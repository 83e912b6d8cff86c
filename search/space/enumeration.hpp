// Numbers the distinct configurations of a space whose axes have finitely many cells: 0, 1, ..., count - 1.
//
// A configuration is a choice of cells, none for an inactive parameter. The numbering is a mixed radix over
// independent parts; a parameter that others depend on is a node whose groups of cells decide which parts
// exist below it. Parts that look the same are shared, so trees of conditions stay small. Ranking and
// unranking visit each active parameter once.
#pragma once

#include "search/space/parameter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace quench::search::space {

class Enumeration {
  public:
    /// One entry a parameter, in the user's order.
    using Cells = std::vector<std::optional<std::uint64_t>>;

    /// A numbering over axes of `sizes` cells; parameters must be without problem, and those that others
    /// depend on must have as many cells as their domain. None when the count does not fit in 63 bits, or
    /// when the conditions are so entangled that more than `most_nodes` nodes would be needed.
    static std::optional<Enumeration> make(const std::vector<Parameter>& parameters,
                                           const std::vector<std::uint64_t>& sizes);

    static constexpr std::size_t most_nodes = 100'000;  ///< some 30 MB

    [[nodiscard]] std::uint64_t count() const { return whole_.below; }
    /// `rank` must be below count().
    [[nodiscard]] Cells unrank(std::uint64_t rank) const;
    /// The inverse. The cells must be a configuration: active exactly where the conditions hold.
    [[nodiscard]] std::uint64_t rank(const Cells& cells) const;

  private:
    friend class EnumerationBuilder;

    /// Cells of a node that lead to the same parts.
    struct Group {
        std::vector<std::uint64_t> cells;  ///< sorted; empty for the group of all cells that no one mentions
        std::uint64_t size = 1;
        std::uint64_t below = 1;         ///< the configurations of all parts together
        std::vector<std::size_t> parts;  ///< indices into nodes_
    };
    struct Node {
        std::size_t parameter = 0;
        std::vector<std::uint64_t> mentioned;  ///< sorted: the cells that a condition mentions
        std::vector<Group> groups;
        std::uint64_t count = 0;
    };

    void unrank_parts(const Group& group, std::uint64_t rank, Cells& cells) const;
    [[nodiscard]] std::uint64_t rank_parts(const Group& group, const Cells& cells) const;

    std::size_t parameters_ = 0;
    std::vector<Node> nodes_;
    Group whole_;
};

}  // namespace quench::search::space

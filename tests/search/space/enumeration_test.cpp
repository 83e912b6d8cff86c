#include "search/space/enumeration.hpp"

#include "tests/search/space/random_space.hpp"

#include <set>

#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

/// The slow way: every combination of cells, decoded, as a set.
std::set<Configuration> all_configurations(const Space& space, const std::vector<std::uint64_t>& sizes) {
    std::set<Configuration> all;
    std::vector<std::uint64_t> cells(sizes.size(), 0);
    for (;;) {
        std::vector<double> point;
        for (std::size_t i = 0; i < sizes.size(); ++i)
            point.push_back(coordinate_of(space.parameters()[i].domain,
                                          value_at(space.parameters()[i].domain, cells[i])));
        all.insert(space.decode(point));
        std::size_t i = 0;
        while (i < sizes.size() && ++cells[i] == sizes[i]) cells[i++] = 0;
        if (i == sizes.size()) return all;
    }
}

TEST(enumeration, it_counts_and_names_exactly_the_distinct_configurations) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto parameters = random_parameters(seed, {.most_parameters = 5, .discrete = true});
        const Space space = Space::make(parameters).value();
        std::vector<std::uint64_t> sizes;
        for (const Parameter& p : parameters) sizes.push_back(*last_cell(p.domain) + 1);
        const auto numbering = Enumeration::make(parameters, sizes);
        ASSERT_TRUE(numbering.has_value());
        const auto expected = all_configurations(space, sizes);
        ASSERT_EQ(numbering->count(), expected.size()) << "seed " << seed;
        EXPECT_EQ(space.cardinality(), expected.size());
        std::set<Configuration> seen;
        for (std::uint64_t rank = 0; rank < numbering->count(); ++rank) {
            const auto cells = numbering->unrank(rank);
            ASSERT_EQ(numbering->rank(cells), rank) << "seed " << seed;
            Configuration c;
            for (std::size_t i = 0; i < cells.size(); ++i)
                if (cells[i]) c.emplace(parameters[i].name, value_at(parameters[i].domain, *cells[i]));
            ASSERT_TRUE(space.check(c).ok());
            seen.insert(c);
        }
        EXPECT_EQ(seen, expected) << "seed " << seed;
    }
}

TEST(enumeration, a_huge_space_is_numbered_without_being_written_out) {
    std::vector<Parameter> parameters;
    for (int i = 0; i < 60; ++i) {
        Parameter p{"p" + std::to_string(i), IntDomain{0, 1, Scale::linear, 1}, {}};
        parameters.push_back(p);
    }
    const auto numbering = Enumeration::make(parameters, std::vector<std::uint64_t>(60, 2));
    ASSERT_TRUE(numbering.has_value());
    EXPECT_EQ(numbering->count(), std::uint64_t{1} << 60);
    const std::uint64_t rank = 0x0123456789abcdeULL;
    EXPECT_EQ(numbering->rank(numbering->unrank(rank)), rank);
}

TEST(enumeration, a_long_chain_of_conditions_needs_few_nodes) {
    std::vector<Parameter> parameters;
    for (int i = 0; i < 200; ++i) {
        Parameter p{"p" + std::to_string(i), IntDomain{0, 1, Scale::linear, 1}, {}};
        if (i > 0) p.when.push_back({"p" + std::to_string(i - 1), {std::int64_t{1}}});
        parameters.push_back(p);
    }
    const auto numbering = Enumeration::make(parameters, std::vector<std::uint64_t>(200, 2));
    ASSERT_TRUE(numbering.has_value());
    EXPECT_EQ(numbering->count(), 201u);
}

TEST(enumeration, a_count_above_63_bits_has_no_numbering) {
    std::vector<Parameter> parameters;
    for (int i = 0; i < 63; ++i)
        parameters.push_back({"p" + std::to_string(i), IntDomain{0, 1, Scale::linear, 1}, {}});
    EXPECT_FALSE(Enumeration::make(parameters, std::vector<std::uint64_t>(63, 2)).has_value());
}

}  // namespace
}  // namespace quench::search::space

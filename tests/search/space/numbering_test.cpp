#include "search/space/numbering.hpp"

#include "tests/search/space/random_space.hpp"

#include <set>

#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

Configuration configuration_of(const Space& space, const Numbering::Cells& cells) {
    Configuration configuration;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (cells[i])
            configuration.emplace(space.parameters()[i].name,
                                  value_at(space.parameters()[i].domain, *cells[i]));
    return configuration;
}

TEST(numbering, it_counts_and_names_exactly_the_configurations_that_fulfil_the_constraints) {
    std::size_t constrained = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto parameters = random_parameters(seed, {.most_parameters = 5, .discrete = true});
        const Space whole = Space::make(parameters).value();
        const auto space = Space::make(parameters, random_constraints(seed, parameters));
        if (!space) continue;
        const auto all = Numbering::of_values(whole);
        const auto numbering = Numbering::of_values(*space);
        ASSERT_TRUE(all && numbering);
        std::set<Configuration> expected, seen;
        for (std::uint64_t rank = 0; rank < all->count(); ++rank) {
            auto configuration = configuration_of(whole, all->unrank(rank));
            if (space->check(configuration)) expected.insert(std::move(configuration));
        }
        if (expected.size() < all->count()) ++constrained;
        ASSERT_EQ(numbering->count(), expected.size()) << "seed " << seed;
        EXPECT_EQ(space->cardinality(), expected.size());
        EXPECT_EQ(Numbering::of_values_freely(*space)->count(), all->count());
        for (std::uint64_t rank = 0; rank < numbering->count(); ++rank) {
            const auto cells = numbering->unrank(rank);
            ASSERT_EQ(numbering->rank(cells), rank) << "seed " << seed;
            seen.insert(configuration_of(*space, cells));
        }
        EXPECT_EQ(seen, expected) << "seed " << seed;
    }
    EXPECT_GT(constrained, 50u);
}

TEST(numbering, only_what_is_tied_has_to_be_small) {
    std::vector<Parameter> parameters{{"a", IntDomain{1, 100}, {}}, {"b", IntDomain{1, 100}, {}}};
    for (int i = 0; i < 30; ++i) parameters.push_back({"p" + std::to_string(i), IntDomain{0, 1}, {}});
    const auto space = Space::make(parameters, {"a + b <= 3"}).value();
    EXPECT_EQ(space.cardinality(), 3ULL << 30U);
}

TEST(numbering, a_space_that_ties_too_much_is_not_listed) {
    const std::vector<Parameter> parameters{{"a", IntDomain{1, 1000}, {}}, {"b", IntDomain{1, 1000}, {}}};
    const auto space = Space::make(parameters, {"a <= b"}).value();
    EXPECT_FALSE(space.cardinality().has_value());
    EXPECT_EQ(Numbering::of_values_freely(space)->count(), 1'000'000u);
}

}  // namespace
}  // namespace quench::search::space

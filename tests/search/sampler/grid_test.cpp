#include "search/sampler/grid.hpp"

#include "tests/search/space/random_space.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using space::CategoricalDomain;
using space::Configuration;
using space::FloatDomain;
using space::IntDomain;
using space::Scale;
using space::Space;

std::unique_ptr<Sampler> grid(const Space& space, std::uint64_t points = 5, std::uint64_t seed = 1) {
    return std::move(Grid::make(space, seed, points).value());
}

std::set<Configuration> all_of(const Sampler& sampler) {
    const auto asked = sampler.ask(TrialId(0), 1'000'000);
    std::set<Configuration> distinct(asked.begin(), asked.end());
    EXPECT_EQ(distinct.size(), asked.size());
    return distinct;
}

TEST(grid, floats_without_step_take_points_from_end_to_end) {
    const Space space = Space::make({{"x", FloatDomain{-1, 1, Scale::linear, {}}, {}},
                                     {"lr", FloatDomain{1e-4, 1, Scale::log, {}}, {}}})
                            .value();
    const auto all = all_of(*grid(space));
    EXPECT_EQ(all.size(), 25u);
    std::set<double> x, lr;
    for (const auto& c : all) {
        x.insert(std::get<double>(c.at("x")));
        lr.insert(std::get<double>(c.at("lr")));
    }
    EXPECT_EQ(x, (std::set<double>{-1, -0.5, 0, 0.5, 1}));
    EXPECT_THAT(lr,
                testing::ElementsAre(1e-4, testing::DoubleNear(1e-3, 1e-15), testing::DoubleNear(1e-2, 1e-14),
                                     testing::DoubleNear(1e-1, 1e-13), 1));
    EXPECT_EQ(all_of(*grid(space, 1)).size(), 1u);
}

TEST(grid, every_distinct_configuration_comes_once_whatever_the_conditions) {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        const Space space =
            Space::make(space::random_parameters(seed, {.most_parameters = 5, .discrete = true})).value();
        const auto all = all_of(*grid(space));
        EXPECT_EQ(all.size(), space.cardinality()) << "seed " << seed;
        for (const auto& c : all) EXPECT_TRUE(space.check(c).ok());
    }
}

TEST(grid, told_one_by_one_it_gives_what_it_gives_at_once) {
    const Space space = Space::make(space::random_parameters(3)).value();
    const auto sampler = grid(space, 3);
    const auto at_once = sampler->ask(TrialId(0), 50);
    for (std::size_t i = 0; i < at_once.size(); ++i) {
        const auto next = sampler->ask(TrialId(i), 1);
        ASSERT_EQ(next.size(), 1u);
        EXPECT_EQ(next[0], at_once[i]);
        sampler->tell(Proposed{TrialId(i), next[0], 0, 1});
    }
}

TEST(grid, an_exhausted_grid_gives_fewer_and_then_none) {
    const Space space = Space::make({{"k", IntDomain{1, 3, Scale::linear, 1}, {}}}).value();
    const auto sampler = grid(space);
    EXPECT_EQ(sampler->ask(TrialId(0), 5).size(), 3u);
    for (std::uint64_t trial = 0; trial < 3; ++trial)
        sampler->tell(Proposed{TrialId(trial), sampler->ask(TrialId(trial), 1).at(0), 0, 1});
    EXPECT_TRUE(sampler->ask(TrialId(3), 5).empty());
}

TEST(grid, enqueued_trials_take_a_number_but_no_place_and_are_not_repeated) {
    const Space space = Space::make({{"k", IntDomain{1, 6, Scale::linear, 1}, {}}}).value();
    const auto sampler = grid(space);
    const auto order = sampler->ask(TrialId(0), 6);
    sampler->tell(Proposed{TrialId(0), order[4], 0, 1});
    sampler->tell(Proposed{TrialId(1), order[0], 0, 1});
    sampler->tell(Proposed{TrialId(2), {{"k", std::int64_t{99}}}, 0, 1});  // not on the grid
    sampler->tell(Proposed{TrialId(3), order[4], 0, 1});                   // once more
    EXPECT_EQ(sampler->ask(TrialId(4), 9),
              (std::vector<Configuration>{order[1], order[2], order[3], order[5]}));
}

TEST(grid, a_grid_too_large_to_hold_is_read_lazily_and_one_too_large_to_number_is_refused) {
    std::vector<space::Parameter> parameters;
    for (int i = 0; i < 20; ++i) parameters.push_back({"x" + std::to_string(i), FloatDomain{}, {}});
    const Space space = Space::make(parameters).value();
    EXPECT_EQ(grid(space, 8)->ask(TrialId(0), 3).size(), 3u);
    const auto refused = Grid::make(space, 1, 100);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().text(), testing::HasSubstr("lower grid_points"));
    EXPECT_FALSE(Grid::make(space, 1, 0).ok());
}

TEST(grid, another_seed_is_another_order_of_the_same_points) {
    const Space space = Space::make({{"k", IntDomain{1, 50, Scale::linear, 1}, {}}}).value();
    EXPECT_NE(grid(space, 5, 1)->ask(TrialId(0), 50), grid(space, 5, 2)->ask(TrialId(0), 50));
    EXPECT_EQ(all_of(*grid(space, 5, 1)), all_of(*grid(space, 5, 2)));
}

TEST(grid, a_point_that_breaks_a_constraint_is_not_on_the_grid) {
    const Space space = Space::make({{"x", FloatDomain{0, 1, Scale::linear, {}}, {}},
                                     {"y", FloatDomain{0, 1, Scale::linear, {}}, {}}},
                                    {"x + y <= 1"})
                            .value();
    EXPECT_EQ(all_of(*grid(space)).size(), 15u);  // of 5 times 5, those on and below the diagonal
}

TEST(grid, constraints_that_it_cannot_serve_are_refused) {
    const Space narrow =
        Space::make({{"x", FloatDomain{0, 1, Scale::linear, {}}, {}}}, {"0.1 < x < 0.2"}).value();
    EXPECT_NE(Grid::make(narrow, 1, 5).error().text().find("each breaks a constraint"), std::string::npos);
    const Space wide =
        Space::make({{"a", IntDomain{1, 1000}, {}}, {"b", IntDomain{1, 1000}, {}}}, {"a < b"}).value();
    EXPECT_NE(Grid::make(wide, 1, 5).error().text().find("tie parameters of more than 262144"),
              std::string::npos);
}

}  // namespace
}  // namespace quench::search::sampler

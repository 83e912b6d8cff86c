#include "search/scheduler/perturbation.hpp"

#include "tests/search/space/random_space.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

using space::CategoricalDomain;
using space::Configuration;
using space::FloatDomain;
using space::IntDomain;
using space::Scale;
using space::Space;
using space::Value;

Space space_of(space::Domain domain) {
    return Space::make({{"p", std::move(domain), {}}}).value();
}

/// All values that come of one in so many draws.
std::set<Value> neighbours(const space::Domain& domain, const Value& value, PerturbationOptions options) {
    std::set<Value> found;
    for (std::uint64_t i = 0; i < 60; ++i)
        found.insert(perturbed(space_of(domain), {{"p", value}}, options, base::Rng(1, "test", i)).at("p"));
    return found;
}

constexpr PerturbationOptions never_anew{.factor = 1.25, .resample = 0};

TEST(perturbation, a_number_is_multiplied_or_divided) {
    for (const Scale scale : {Scale::linear, Scale::log}) {
        const auto found = neighbours(FloatDomain{1, 100, scale, std::nullopt}, 10.0, never_anew);
        ASSERT_EQ(found.size(), 2u);
        EXPECT_NEAR(std::get<double>(*found.begin()), 8, 1e-9);
        EXPECT_NEAR(std::get<double>(*found.rbegin()), 12.5, 1e-9);
    }
    EXPECT_EQ(neighbours(IntDomain{1, 100, Scale::linear, 1}, std::int64_t{40}, never_anew),
              (std::set<Value>{std::int64_t{32}, std::int64_t{50}}));
}

TEST(perturbation, where_the_range_holds_zero_it_moves_by_a_share_of_the_width) {
    const auto found = neighbours(FloatDomain{-1, 1, Scale::linear, std::nullopt}, 0.0, never_anew);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_NEAR(std::get<double>(*found.begin()), -0.25, 1e-12);
    EXPECT_NEAR(std::get<double>(*found.rbegin()), 0.25, 1e-12);
}

TEST(perturbation, whole_numbers_and_steps_move_by_one_at_least_and_stay_in_the_range) {
    EXPECT_EQ(neighbours(IntDomain{1, 9, Scale::log, 1}, std::int64_t{1}, never_anew),
              (std::set<Value>{std::int64_t{1}, std::int64_t{2}}));
    EXPECT_EQ(neighbours(IntDomain{1, 9, Scale::linear, 4}, std::int64_t{5}, never_anew),
              (std::set<Value>{std::int64_t{1}, std::int64_t{9}}));
    EXPECT_EQ(neighbours(FloatDomain{0.5, 1, Scale::linear, 0.25}, 0.5, never_anew),
              (std::set<Value>{0.5, 0.75}));
    EXPECT_EQ(neighbours(FloatDomain{1, 2, Scale::linear, std::nullopt}, 1.9, never_anew).count(2.0), 1u);
    EXPECT_EQ(neighbours(FloatDomain{3, 3, Scale::linear, std::nullopt}, 3.0, never_anew),
              (std::set<Value>{3.0}));
    const IntDomain widest{INT64_MIN, INT64_MAX, Scale::linear, 1};
    for (const Value& value : neighbours(widest, INT64_MAX, never_anew))
        EXPECT_GT(std::get<std::int64_t>(value), 0);
}

TEST(perturbation, an_ordinal_choice_becomes_a_neighbour_and_a_nominal_one_stays) {
    const CategoricalDomain sizes{{std::int64_t{16}, std::int64_t{32}, std::int64_t{64}, std::int64_t{128}},
                                  {}};
    EXPECT_EQ(neighbours(sizes, std::int64_t{32}, never_anew),
              (std::set<Value>{std::int64_t{16}, std::int64_t{64}}));
    EXPECT_EQ(neighbours(sizes, std::int64_t{128}, never_anew),
              (std::set<Value>{std::int64_t{64}, std::int64_t{128}}));
    const CategoricalDomain models{{"gnn", "dense", "cnn"}, {}};
    EXPECT_EQ(neighbours(models, "dense", never_anew), (std::set<Value>{"dense"}));
    EXPECT_EQ(neighbours(models, "dense", {.factor = 1.25, .resample = 1}).size(), 3u);
}

TEST(perturbation, so_many_parameters_are_drawn_anew_as_resample_says) {
    const Space one = space_of(FloatDomain{0, 1, Scale::linear, std::nullopt});
    int anew = 0;
    constexpr int draws = 4000;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const Value value =
            perturbed(one, {{"p", 0.5}}, {.factor = 1.2, .resample = 0.25}, base::Rng(2, "test", i)).at("p");
        anew += std::abs(std::abs(std::get<double>(value) - 0.5) - 0.1) > 1e-9 ? 1 : 0;
    }
    // Five standard deviations of a binomial count of 4000 with probability 1/4: 5 * sqrt(750) = 137.
    EXPECT_NEAR(anew, draws / 4, 137);
}

TEST(perturbation, in_any_space_it_gives_configurations_of_the_space_and_the_same_ones_again) {
    std::size_t changed = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(seed);
        const auto parameters = space::random_parameters(seed);
        auto made = Space::make(parameters, seed % 2 == 0 ? std::vector<std::string>{}
                                                          : space::random_constraints(seed, parameters));
        if (!made) continue;  // nothing fulfils them
        base::Rng rng(seed, "points");
        Configuration configuration = made->decode(space::random_point(rng, made->dimensions()));
        for (std::uint64_t i = 0; i < 20; ++i) {
            const PerturbationOptions options{.factor = 1 + rng.uniform(), .resample = i % 2 == 0 ? 0 : 0.25};
            const auto next = perturbed(*made, configuration, options, base::Rng(seed, "test", i));
            const auto fits = made->check(next);
            ASSERT_TRUE(fits.ok()) << fits.error().text();
            ASSERT_EQ(perturbed(*made, configuration, options, base::Rng(seed, "test", i)), next);
            changed += next == configuration ? 0 : 1;
            configuration = next;
        }
    }
    EXPECT_GT(changed, 3000u);
}

}  // namespace
}  // namespace quench::search::scheduler

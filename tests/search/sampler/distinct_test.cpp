#include "search/sampler/distinct.hpp"

#include "base/random.hpp"
#include "search/sampler/random.hpp"
#include "search/sampler/taken_places.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

using space::CategoricalDomain;
using space::Configuration;
using space::IntDomain;

/// Proposes one configuration for ever.
class Stubborn final : public Sampler {
  public:
    explicit Stubborn(Configuration only) : only_(std::move(only)) {}
    void tell(const Event& /*event*/) override {}
    [[nodiscard]] std::vector<Configuration> ask(TrialId /*first*/, std::size_t count) const override {
        return std::vector<Configuration>(count, only_);
    }
    [[nodiscard]] Cost cost() const override { return Cost::immediate; }
    [[nodiscard]] std::unique_ptr<Sampler> clone() const override {
        return std::make_unique<Stubborn>(*this);
    }

  private:
    Configuration only_;
};

space::Space layers_and_kinds() {
    return space::Space::make({{"layers", IntDomain{1, 9}, {}},
                               {"kind", CategoricalDomain{{"dot", "rbf"}}, {}},
                               {"width", IntDomain{1, 3}, {{"kind", {"rbf"}}}}})
        .value();
}

TEST(distinct, a_repetition_becomes_the_nearest_new_configuration) {
    const Configuration centre{{"layers", std::int64_t{5}}, {"kind", "dot"}};
    const auto sampler = std::make_unique<Distinct>(std::make_unique<Stubborn>(centre), layers_and_kinds(), 1,
                                                    Instead::neighbour);
    std::vector<std::int64_t> moved_by;
    std::set<Configuration> seen;
    for (std::uint64_t trial = 0; trial < 36; ++trial) {  // 9 layers times (dot, and rbf with 3 widths)
        const auto asked = sampler->ask(TrialId(trial), 1);
        ASSERT_EQ(asked.size(), 1u);
        if (trial == 0) {
            EXPECT_EQ(asked[0], centre);
        }
        EXPECT_TRUE(seen.insert(asked[0]).second);
        moved_by.push_back(std::abs(std::get<std::int64_t>(asked[0].at("layers")) - 5));
        sampler->tell(Proposed{TrialId(trial), asked[0], 0, 1});
    }
    for (int i = 0; i < 4; ++i) EXPECT_LE(moved_by[static_cast<std::size_t>(i)], 1);  // itself, 4, 6, rbf
    EXPECT_TRUE(sampler->ask(TrialId(36), 1).empty());
}

TEST(distinct, what_a_user_proposed_is_not_proposed_again_and_what_is_not_of_the_space_is_ignored) {
    const auto space = space::Space::make({{"k", IntDomain{1, 3}, {}}}).value();
    const auto sampler =
        std::make_unique<Distinct>(std::make_unique<Random>(space, 1), space, 1, Instead::any);
    sampler->tell(Proposed{TrialId(0), {{"k", std::int64_t{2}}}, 0, 1});
    sampler->tell(Proposed{TrialId(1), {{"k", std::int64_t{7}}}, 0, 1});
    const auto rest = sampler->ask(TrialId(2), 9);
    EXPECT_EQ(std::set<Configuration>(rest.begin(), rest.end()),
              (std::set<Configuration>{{{"k", std::int64_t{1}}}, {{"k", std::int64_t{3}}}}));
    EXPECT_EQ(rest.size(), 2u);
}

/// What a sampler that proposes one configuration for ever comes to.
std::set<Configuration> of_stubborn(const Configuration& only, const space::Space& space,
                                    std::uint64_t trials) {
    Distinct sampler(std::make_unique<Stubborn>(only), space, 1, Instead::neighbour);
    std::set<Configuration> seen;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
        const auto asked = sampler.ask(TrialId(trial), 1);
        EXPECT_TRUE(space.check(asked.at(0)).ok());
        seen.insert(asked[0]);
        sampler.tell(Proposed{TrialId(trial), asked[0], 0, 1});
    }
    return seen;
}

TEST(distinct, an_inactive_float_does_not_make_a_repetition_new) {
    const auto space = space::Space::make({{"kind", CategoricalDomain{{"u", "v", "w"}}, {}},
                                           {"n", IntDomain{1, 6}, {}},
                                           {"z", space::FloatDomain{}, {{"kind", {"w"}}}}})
                           .value();
    const auto seen = of_stubborn({{"kind", "u"}, {"n", std::int64_t{3}}}, space, 60);
    EXPECT_EQ(seen.size(), 60u);
    // At least u with 1 to 5 and v with 3, the neighbours without z.
    EXPECT_GE(std::ranges::count_if(seen, [](const auto& one) { return !one.contains("z"); }), 6);
}

TEST(distinct, floats_on_their_bounds_are_moved_a_little) {
    const auto space =
        space::Space::make({{"x", space::FloatDomain{}, {}}, {"y", space::FloatDomain{}, {}}}).value();
    const auto seen = of_stubborn({{"x", 0.0}, {"y", 1.0}}, space, 50);
    EXPECT_EQ(seen.size(), 50u);
    for (const auto& one : seen) {
        EXPECT_LT(std::get<double>(one.at("x")), 0.3);
        EXPECT_GT(std::get<double>(one.at("y")), 0.7);
    }
}

TEST(taken_places, agree_with_a_plain_set) {
    base::Rng rng(3, "places");
    TakenPlaces places;
    std::set<std::uint64_t> plain;
    for (int i = 0; i < 400; ++i) {
        const std::uint64_t place = rng.below(rng.below(2) == 0 ? 60 : 500);
        places.insert(place);
        plain.insert(place);
        ASSERT_EQ(places.count(), plain.size());
        const std::uint64_t from = rng.below(500);
        EXPECT_EQ(places.contains(from), plain.contains(from));
        std::uint64_t expected = from;
        while (plain.contains(expected)) ++expected;
        EXPECT_EQ(places.free_from(from), expected);
    }
}

TEST(distinct, constraints_that_tie_too_much_to_be_listed_are_kept_and_repetitions_replaced) {
    const auto space = space::Space::make({{"a", IntDomain{1, 1000}, {}}, {"b", IntDomain{1, 1000}, {}}},
                                          {"a * 100 <= b", "a + b >= 990"})
                           .value();
    ASSERT_FALSE(space.cardinality().has_value());
    const Configuration centre{{"a", std::int64_t{5}}, {"b", std::int64_t{995}}};
    const auto sampler =
        std::make_unique<Distinct>(std::make_unique<Stubborn>(centre), space, 1, Instead::neighbour);
    std::set<Configuration> seen;
    for (std::uint64_t trial = 0; trial < 20; ++trial) {
        const auto asked = sampler->ask(TrialId(trial), 1);
        ASSERT_EQ(asked.size(), 1u);
        EXPECT_TRUE(space.check(asked[0]).ok());
        EXPECT_TRUE(seen.insert(asked[0]).second);
        sampler->tell(Proposed{TrialId(trial), asked[0], 0, 1});
    }
}

}  // namespace
}  // namespace quench::search::sampler

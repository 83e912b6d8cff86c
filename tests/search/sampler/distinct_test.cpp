#include "search/sampler/distinct.hpp"

#include "base/random.hpp"
#include "search/sampler/random.hpp"

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
    const auto sampler = Distinct::wrap(std::make_unique<Stubborn>(centre), layers_and_kinds(), 1,
                                        Distinct::Instead::neighbour);
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
    const auto sampler = Distinct::wrap(std::make_unique<Random>(space, 1), space, 1, Distinct::Instead::any);
    sampler->tell(Proposed{TrialId(0), {{"k", std::int64_t{2}}}, 0, 1});
    sampler->tell(Proposed{TrialId(1), {{"k", std::int64_t{7}}}, 0, 1});
    const auto rest = sampler->ask(TrialId(2), 9);
    EXPECT_EQ(std::set<Configuration>(rest.begin(), rest.end()),
              (std::set<Configuration>{{{"k", std::int64_t{1}}}, {{"k", std::int64_t{3}}}}));
    EXPECT_EQ(rest.size(), 2u);
}

TEST(distinct, a_space_with_a_float_is_left_to_the_sampler_itself) {
    const auto space = space::Space::make({{"x", space::FloatDomain{}, {}}}).value();
    auto random = std::make_unique<Random>(space, 1);
    const Sampler* itself = random.get();
    EXPECT_EQ(Distinct::wrap(std::move(random), space, 1, Distinct::Instead::any).get(), itself);
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
        Distinct::wrap(std::make_unique<Stubborn>(centre), space, 1, Distinct::Instead::neighbour);
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

#include "tests/search/space/random_space.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

using testing::HasSubstr;

Space space_of(std::vector<Parameter> parameters) {
    return Space::make(std::move(parameters)).value();
}

double tolerance(const Domain& domain) {
    const auto* d = std::get_if<FloatDomain>(&domain);
    return d && !d->step ? 1e-12 * (d->high - d->low) : 0;
}

void expect_same(const Space& space, const Configuration& a, const Configuration& b) {
    ASSERT_EQ(a.size(), b.size());
    for (const Parameter& parameter : space.parameters()) {
        if (!a.contains(parameter.name)) continue;
        ASSERT_TRUE(b.contains(parameter.name));
        const Value& left = a.at(parameter.name);
        const Value& right = b.at(parameter.name);
        if (const double allowed = tolerance(parameter.domain); allowed > 0)
            EXPECT_NEAR(std::get<double>(left), std::get<double>(right), allowed);
        else
            EXPECT_EQ(left, right) << parameter.name;
    }
}

bool should_be_active(const Space& space, const Parameter& parameter, const Configuration& c) {
    for (const Condition& condition : parameter.when) {
        for (const Parameter& other : space.parameters())
            if (other.name == condition.parameter && !should_be_active(space, other, c)) return false;
        const auto found = c.find(condition.parameter);
        if (found == c.end() || std::find(condition.any_of.begin(), condition.any_of.end(), found->second) ==
                                    condition.any_of.end())
            return false;
    }
    return true;
}

TEST(space, every_point_of_every_random_space_decodes_to_a_valid_configuration_and_back) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        const Space space = space_of(random_parameters(seed));
        base::Rng rng(seed, "points");
        for (int i = 0; i < 50; ++i) {
            auto point = random_point(rng, space.dimensions());
            if (i == 0) std::fill(point.begin(), point.end(), 0.0);
            if (i == 1) std::fill(point.begin(), point.end(), 1.0);
            const Configuration c = space.decode(point);
            const auto checked = space.check(c);
            ASSERT_TRUE(checked.ok()) << "seed " << seed << ": " << checked.error().text();
            expect_same(space, space.decode(space.encode(c)), c);
            for (const Parameter& p : space.parameters())
                EXPECT_EQ(c.contains(p.name), should_be_active(space, p, c)) << "seed " << seed;
        }
    }
}

TEST(space, uniform_points_give_each_cell_the_same_share) {
    const std::vector<Domain> domains{IntDomain{-3, 4, Scale::linear, 1}, IntDomain{0, 10, Scale::linear, 3},
                                      FloatDomain{0, 0.35, Scale::linear, 0.1},
                                      CategoricalDomain{{"a", 1.0, true, std::int64_t{1}, "b"}}};
    constexpr int draws = 40000;
    for (const Domain& domain : domains) {
        const Space space = space_of({{"p", domain, {}}});
        const std::size_t cells = *last_cell(domain) + 1;
        std::map<std::uint64_t, int> counts;
        base::Rng rng(3, "shares");
        for (int i = 0; i < draws; ++i)
            ++counts[cell_of(domain, space.decode(random_point(rng, 1)).at("p")).value()];
        EXPECT_EQ(counts.size(), cells);
        const double share = static_cast<double>(draws) / static_cast<double>(cells);
        // A count is binomial; five standard deviations fail once in a million cells.
        for (const auto& [cell, count] : counts) EXPECT_NEAR(count, share, 5 * std::sqrt(share)) << cell;
    }
}

TEST(space, log_integers_own_the_logarithm_of_half_below_to_half_above) {
    const Space space = space_of({{"k", IntDomain{1, 64, Scale::log, 1}, {}}});
    base::Rng rng(4, "log shares");
    std::map<std::int64_t, int> counts;
    constexpr int draws = 100000;
    for (int i = 0; i < draws; ++i)
        ++counts[std::get<std::int64_t>(space.decode(random_point(rng, 1)).at("k"))];
    for (const std::int64_t k : {1, 2, 7, 33, 64}) {
        const auto x = static_cast<double>(k);
        const double share = draws * std::log((x + 0.5) / (x - 0.5)) / std::log(64.5 / 0.5);
        EXPECT_NEAR(counts[k], share, 5 * std::sqrt(share)) << k;
    }
}

TEST(space, every_log_integer_decodes_from_the_centre_of_its_cell) {
    const std::vector<IntDomain> domains{{1, 5000, Scale::log, 1},
                                         {(1LL << 39), (1LL << 39) + 2000, Scale::log, 1},
                                         {(1LL << 41), (1LL << 41) + 2000, Scale::log, 1}};
    for (const IntDomain& d : domains) {
        const Space space = space_of({{"k", d, {}}});
        for (std::int64_t k = d.low; k <= d.high; ++k) {
            const Configuration c{{"k", k}};
            ASSERT_EQ(space.decode(space.encode(c)), c);
        }
    }
}

TEST(space, log_floats_spread_evenly_over_the_decades) {
    const Space space = space_of({{"lr", FloatDomain{1e-5, 1e-1, Scale::log, {}}, {}}});
    const std::vector<double> middle{0.5};
    EXPECT_NEAR(std::get<double>(space.decode(middle).at("lr")), 1e-3, 1e-15);
    const std::vector<double> ends{0.0, 1.0};
    EXPECT_EQ(std::get<double>(space.decode({ends.data(), 1}).at("lr")), 1e-5);
    EXPECT_EQ(std::get<double>(space.decode({ends.data() + 1, 1}).at("lr")), 1e-1);
}

TEST(space, the_last_step_is_the_largest_within_the_range) {
    const Domain off{FloatDomain{0, 0.35, Scale::linear, 0.1}};
    EXPECT_EQ(last_cell(off), 3u);
    const Domain even{FloatDomain{0, 0.3, Scale::linear, 0.1}};
    ASSERT_EQ(last_cell(even), 3u);  // 3 * 0.1 is a little above 0.3
    EXPECT_EQ(value_at(even, 3), Value(0.3));
    EXPECT_TRUE(cell_of(even, Value(0.1 + 0.2 - 1e-12)).has_value());
    EXPECT_FALSE(cell_of(even, Value(0.25)).has_value());
    EXPECT_EQ(last_cell(IntDomain{1, 10, Scale::linear, 4}), 2u);
}

TEST(space, the_ends_of_64_bits_do_not_overflow) {
    const std::vector<IntDomain> domains{{INT64_MIN, INT64_MAX, Scale::linear, 1},
                                         {INT64_MIN, INT64_MAX, Scale::linear, INT64_MAX},
                                         {INT64_MAX - 10, INT64_MAX, Scale::linear, 1},
                                         {INT64_MIN, INT64_MIN + 10, Scale::linear, 3},
                                         {1, INT64_MAX, Scale::log, 1},
                                         {INT64_MAX - 1, INT64_MAX, Scale::log, 1},
                                         {INT64_MAX - 50, INT64_MAX, Scale::log, 1}};
    base::Rng rng(5, "extremes");
    for (const IntDomain& d : domains) {
        const Space space = space_of({{"k", d, {}}});
        for (const double u : {0.0, 1e-300, 0.25, 0.5, 1 - 0x1.0p-53, 1.0, rng.uniform()}) {
            const Configuration c = space.decode({&u, 1});
            ASSERT_TRUE(space.check(c).ok());
            if (*last_cell(d) < 100) {
                EXPECT_EQ(space.decode(space.encode(c)), c);
            }
        }
        const double low = 0, high = 1;
        EXPECT_EQ(std::get<std::int64_t>(space.decode({&low, 1}).at("k")), d.low);
        if (d.step == 1) {
            EXPECT_EQ(std::get<std::int64_t>(space.decode({&high, 1}).at("k")), d.high);
        }
    }
    EXPECT_EQ(space_of({{"k", domains[0], {}}}).cardinality(), std::nullopt);
    EXPECT_EQ(space_of({{"k", domains[2], {}}}).cardinality(), 11u);
}

Space nested() {
    // Declared against the order of dependence: depth needs heads, heads needs model.
    return space_of({
        {"depth", IntDomain{1, 3, Scale::linear, 1}, {{"heads", {std::int64_t{2}}}, {"model", {"t"}}}},
        {"heads", IntDomain{1, 2, Scale::linear, 1}, {{"model", {"t"}}}},
        {"model", CategoricalDomain{{"gnn", "t"}}, {}},
    });
}

TEST(space, conditions_nest_in_any_order_of_declaration) {
    const Space space = nested();
    EXPECT_EQ(space.decode(std::vector<double>{0.5, 0.9, 0.1}), (Configuration{{"model", "gnn"}}));
    EXPECT_EQ(space.decode(std::vector<double>{0.5, 0.1, 0.9}),
              (Configuration{{"model", "t"}, {"heads", std::int64_t{1}}}));
    EXPECT_EQ(space.decode(std::vector<double>{0.5, 0.9, 0.9}),
              (Configuration{{"model", "t"}, {"heads", std::int64_t{2}}, {"depth", std::int64_t{2}}}));
    EXPECT_EQ(space.encode({{"model", "gnn"}}), (std::vector<double>{0.5, 0.5, 0.25}));
    EXPECT_EQ(space.cardinality(), 1u + 1u + 3u);
}

TEST(space, a_wrong_configuration_is_refused_by_parameter_and_reason) {
    const Space space = nested();
    const auto text = [&](const Configuration& c) { return space.check(c).error().text(); };
    EXPECT_THAT(text({}), HasSubstr("model is missing"));
    EXPECT_THAT(text({{"model", "x"}}), HasSubstr("model: x is not a choice (the choices are gnn, t)"));
    EXPECT_THAT(text({{"model", "t"}}), HasSubstr("heads is missing"));
    EXPECT_THAT(text({{"model", "gnn"}, {"heads", std::int64_t{1}}}), HasSubstr("heads has a value"));
    EXPECT_THAT(text({{"model", "t"}, {"heads", 1.0}}), HasSubstr("heads: 1.0 is not an integer"));
    EXPECT_THAT(text({{"model", "t"}, {"heads", std::int64_t{3}}}), HasSubstr("heads: 3 is out of range"));
    EXPECT_THAT(text({{"model", "gnn"}, {"other", true}}), HasSubstr("other is unknown"));
}

TEST(space, an_equality_that_a_float_without_step_would_have_to_hit_is_known) {
    const auto pinned = [](const char* constraint, std::optional<double> step = std::nullopt) {
        FloatDomain domain;
        domain.step = step;
        const std::vector<Parameter> parameters{
            {"a", domain, {}}, {"b", domain, {}}, {"n", IntDomain{0, 4}, {}}};
        return std::get<Constraint>(Constraint::parse(constraint, parameters)).pinned_float(parameters);
    };
    for (const char* pins : {"a + b == 1", "n <= 3 and 1 - a == 2 * b", "a == b == 0.5", "-(a * n) == -1"})
        EXPECT_EQ(pinned(pins), 0u) << pins;
    for (const char* leaves : {"a + b <= 1", "n == 2", "n == 2 or a == 0.5", "a != b", "not a == b",
                               "a + b >= 0.9 and a + b <= 1.1"})
        EXPECT_EQ(pinned(leaves), std::nullopt) << leaves;
    EXPECT_EQ(pinned("a + b == 1", 0.25), std::nullopt);
}

TEST(space, what_is_fixed_is_added_where_it_is_active) {
    const auto space = Space::make({{"kind", CategoricalDomain{{"x", "y"}}, {}},
                                    {"always", CategoricalDomain{{std::int64_t{3}}}, {}},
                                    {"of_y", CategoricalDomain{{"z"}}, {{"kind", {"y"}}}}})
                           .value();
    EXPECT_EQ(space.with_fixed({{"kind", "x"}}), (Configuration{{"kind", "x"}, {"always", std::int64_t{3}}}));
    EXPECT_EQ(space.with_fixed({{"kind", "y"}}),
              (Configuration{{"kind", "y"}, {"always", std::int64_t{3}}, {"of_y", "z"}}));
    EXPECT_FALSE(space.check(space.with_fixed({})).ok());
}

TEST(space, an_empty_space_has_one_configuration) {
    const Space space;
    EXPECT_TRUE(space.decode({}).empty());
    EXPECT_TRUE(space.check({}).ok());
    EXPECT_EQ(space.cardinality(), 1u);
}

TEST(space, floats_without_step_make_a_space_uncountable_unless_their_ends_coincide) {
    EXPECT_EQ(space_of({{"x", FloatDomain{}, {}}}).cardinality(), std::nullopt);
    EXPECT_EQ(space_of({{"x", FloatDomain{1, 1, Scale::linear, {}}, {}}}).cardinality(), 1u);
}

}  // namespace
}  // namespace quench::search::space

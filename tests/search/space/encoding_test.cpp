#include "search/space/encoding.hpp"

#include "tests/search/space/random_space.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

Encoding encoding_of(Domain domain) {
    return Encoding(Space::make({{"p", std::move(domain), {}}}).value());
}

TEST(encoding, says_how_the_values_of_each_kind_of_domain_relate) {
    EXPECT_EQ(encoding_of(FloatDomain{}).axes()[0], (Axis{Relation::continuous, {}}));
    EXPECT_EQ(encoding_of(FloatDomain{1e-5, 1, Scale::log, {}}).axes()[0], (Axis{Relation::continuous, {}}));
    EXPECT_EQ(encoding_of(FloatDomain{0, 1, Scale::linear, 0.25}).axes()[0], (Axis{Relation::ordered, 5}));
    EXPECT_EQ(encoding_of(IntDomain{1, 6, Scale::log, 1}).axes()[0], (Axis{Relation::ordered, 6}));
    EXPECT_EQ(encoding_of(IntDomain{0, INT64_MAX, Scale::linear, 1}).axes()[0],
              (Axis{Relation::continuous, {}}));
    const std::int64_t small = 16;
    EXPECT_EQ(encoding_of(CategoricalDomain{{small, 32.0, 64.0}}).axes()[0], (Axis{Relation::ordered, 3}));
    EXPECT_EQ(encoding_of(CategoricalDomain{{4.0, 2.0, 1.0}}).axes()[0], (Axis{Relation::ordered, 3}));
    EXPECT_EQ(encoding_of(CategoricalDomain{{4.0, 8.0, 1.0}}).axes()[0], (Axis{Relation::nominal, 3}));
    EXPECT_EQ(encoding_of(CategoricalDomain{{1.0, 2.0}}).axes()[0], (Axis{Relation::nominal, 2}));
    EXPECT_EQ(encoding_of(CategoricalDomain{{"a", "b", "c"}}).axes()[0], (Axis{Relation::nominal, 3}));
}

TEST(encoding, an_inactive_parameter_has_no_coordinate_and_snapping_twice_is_snapping_once) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Encoding encoding(Space::make(random_parameters(seed)).value());
        base::Rng rng(seed, "encoding test");
        const auto point = random_point(rng, encoding.dimensions());
        const Configuration configuration = encoding.decode(point);
        const Point encoded = encoding.encode(configuration);
        const Point again = encoding.snap(encoded);
        for (std::size_t i = 0; i < encoded.size(); ++i) {
            const std::string& name = encoding.space().parameters()[i].name;
            EXPECT_EQ(std::isnan(encoded[i]), !configuration.contains(name));
            if (std::isnan(encoded[i])) {
                EXPECT_TRUE(std::isnan(again[i]));
                continue;
            }
            EXPECT_NEAR(again[i], encoded[i], 1e-12);  // as Space::encode promises
            if (encoding.axes()[i].cells) {
                EXPECT_EQ(encoding.centre(i, encoding.cell(i, point[i])), encoded[i]);
            }
        }
    }
}

TEST(encoding, an_order_that_the_user_states_goes_before_what_the_values_look_like) {
    const auto relation = [](const CategoricalDomain& domain) {
        return Encoding(Space::make({{"x", domain, {}}}).value()).axes()[0].relation;
    };
    EXPECT_EQ(relation({{"small", "medium", "large"}}), Relation::nominal);
    EXPECT_EQ(relation({{"small", "medium", "large"}, Order::ordinal}), Relation::ordered);
    EXPECT_EQ(relation({{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}, Order::nominal}),
              Relation::nominal);
}

}  // namespace
}  // namespace quench::search::space

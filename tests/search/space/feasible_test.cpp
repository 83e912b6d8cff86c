#include "search/space/feasible.hpp"

#include "tests/search/space/random_space.hpp"

#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

const FloatDomain unit{};

std::string refusal(const std::vector<Parameter>& parameters, const std::vector<std::string>& constraints) {
    const auto space = Space::make(parameters, constraints);
    return space ? "no error" : space.error().text();
}

TEST(feasible, every_point_stands_for_a_configuration_that_fulfils_the_constraints) {
    std::size_t moved = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto parameters = random_parameters(seed);
        const auto space = Space::make(parameters, random_constraints(seed, parameters));
        if (!space) continue;
        base::Rng rng(seed, "points");
        for (int i = 0; i < 20; ++i) {
            const auto point = random_point(rng, space->dimensions());
            const Configuration configuration = space->decode(point);
            ASSERT_TRUE(space->check(configuration).ok()) << "seed " << seed;
            EXPECT_EQ(space->decode(point), configuration);
            const auto freely = space->decode_freely(point);
            if (!space->broken_constraint(freely)) {
                EXPECT_EQ(freely, configuration);
            } else {
                ++moved;
            }
            for (std::size_t p = 0; p < parameters.size(); ++p) {
                const bool tied =
                    std::find(space->tied().begin(), space->tied().end(), p) != space->tied().end();
                const auto before = freely.find(parameters[p].name);
                const auto after = configuration.find(parameters[p].name);
                if (!tied && before != freely.end() && after != configuration.end()) {
                    EXPECT_EQ(before->second, after->second) << "what nothing ties stays where it is";
                }
            }
        }
    }
    EXPECT_GT(moved, 200u);
}

TEST(feasible, a_point_moves_no_farther_than_it_must) {
    const auto space = Space::make({{"x", unit, {}}, {"y", unit, {}}}, {"x + y <= 1"}).value();
    base::Rng rng(1, "points");
    for (int i = 0; i < 200; ++i) {
        const auto point = random_point(rng, 2);
        const auto configuration = space.decode(point);
        const double moved = std::abs(std::get<double>(configuration.at("x")) - point[0]) +
                             std::abs(std::get<double>(configuration.at("y")) - point[1]);
        const double least = std::max(0.0, point[0] + point[1] - 1);
        EXPECT_LE(moved, 2 * least + 0.05);
    }
}

TEST(feasible, a_corner_of_one_in_a_thousand_million_is_found) {
    const auto space = Space::make({{"x", unit, {}}, {"y", unit, {}}, {"z", unit, {}}},
                                   {"x > 0.999", "y > 0.999", "z < 0.001", "x + y - z > 1.998"});
    ASSERT_TRUE(space.ok()) << space.error().text();
    EXPECT_TRUE(space->check(space->decode(std::vector<double>{0.1, 0.2, 0.9})).ok());
}

TEST(feasible, a_value_behind_conditions_is_found) {
    std::vector<Parameter> parameters{{"p0", IntDomain{0, 999}, {}}};
    for (int i = 1; i < 4; ++i)
        parameters.push_back({"p" + std::to_string(i),
                              IntDomain{0, 999},
                              {{"p" + std::to_string(i - 1), {std::int64_t{500 + i}}}}});
    // As p3 is active for one in 10^9 only, "p3 == 7" holds nearly everywhere; "p1 > 3" is false where it can
    // be.
    const auto space = Space::make(parameters, {"p0 == 501", "p1 == 502", "p2 == 503", "p3 == 7"});
    ASSERT_TRUE(space.ok()) << space.error().text();
    EXPECT_EQ(space->cardinality(), 1u);
    EXPECT_EQ(space->decode(std::vector<double>(4, 0.0)).at("p3"), Value(std::int64_t{7}));
}

TEST(feasible, an_empty_space_is_refused_with_what_is_known_of_it) {
    const std::vector<Parameter> ints{{"a", IntDomain{1, 1000}, {}}, {"b", IntDomain{1, 1000}, {}}};
    EXPECT_NE(refusal(ints, {"a * b > 2000000"}).find("is false for all values"), std::string::npos);
    EXPECT_NE(refusal(ints, {"a > b + 10", "b > a - 10"}).find("each set of values breaks one of"),
              std::string::npos)
        << refusal(ints, {"a > b + 10", "b > a - 10"});
    const std::vector<Parameter> floats{{"x", unit, {}}, {"y", unit, {}}};
    EXPECT_NE(refusal(floats, {"x * x + y * y == 0.7071"}).find("no configuration was found"),
              std::string::npos);
    EXPECT_NE(refusal(floats, {"x < 0.2", "x > 0.4"}).find("each set of values breaks one of"),
              std::string::npos);
    EXPECT_NE(refusal(floats, {"x <"}).find("constraint \"x <\", character 4"), std::string::npos);
}

}  // namespace
}  // namespace quench::search::space

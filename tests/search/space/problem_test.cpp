#include "search/space/space.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

const double inf = std::numeric_limits<double>::infinity();

Parameter real(FloatDomain d) {
    return {"x", d, {}};
}
Parameter whole(IntDomain d) {
    return {"k", d, {}};
}

struct Case {
    std::vector<Parameter> parameters;
    std::size_t parameter;
    std::string field;
    std::string text;
};

std::vector<Case> cases() {
    const Parameter flag{"flag", CategoricalDomain{{true, false}}, {}};
    const Parameter lr{"lr", FloatDomain{}, {}};
    const auto on = [](std::string name, std::string other, std::vector<Value> values) {
        return Parameter{std::move(name), CategoricalDomain{{true, false}}, {{std::move(other), values}}};
    };
    constexpr auto log = Scale::log;
    constexpr auto linear = Scale::linear;
    return {
        {{{"", IntDomain{}, {}}}, 0, "", "has no name"},
        {{{"\xff", IntDomain{}, {}}}, 0, "", "a name is not UTF-8"},
        {{{"c", CategoricalDomain{{"a", "\xc3"}}, {}}}, 0, "choices", "a choice is not UTF-8"},
        {{flag, lr, flag}, 2, "", "flag is there twice"},
        {{real({std::nan(""), 1, linear, {}})}, 0, "low", "low is nan"},
        {{real({0, inf, linear, {}})}, 0, "high", "high is inf"},
        {{real({2, 1, linear, {}})}, 0, "high", "the range is empty"},
        {{real({-1.7e308, 1.7e308, linear, {}})}, 0, "high", "too wide"},
        {{real({0, 1, log, {}})}, 0, "low", "low is 0.0 on a log scale"},
        {{real({1, 2, log, 0.5})}, 0, "step", "exclude each other"},
        {{real({0, 1, linear, 0.0})}, 0, "step", "step is 0.0"},
        {{real({0, 1, linear, std::nan("")})}, 0, "step", "step is nan"},
        {{real({0, 1, linear, 1.5})}, 0, "step", "larger than the range"},
        {{real({0, 1, linear, 1e-17})}, 0, "step", "too fine"},
        {{whole({2, 1, linear, 1})}, 0, "high", "the range is empty"},
        {{whole({0, 1, log, 1})}, 0, "low", "low is 0 on a log scale"},
        {{whole({0, 1, linear, 0})}, 0, "step", "step is 0"},
        {{whole({1, 9, log, 2})}, 0, "step", "exclude each other"},
        {{whole({0, 3, linear, 4})}, 0, "step", "larger than the range"},
        {{{"c", CategoricalDomain{}, {}}}, 0, "choices", "no choices"},
        {{{"c", CategoricalDomain{{"a", "b", "a"}}, {}}}, 0, "choices", "the choice a is there twice"},
        {{{"c", CategoricalDomain{{inf}}, {}}}, 0, "choices", "not finite"},
        {{flag, on("b", "flog", {true})}, 1, "when", "depends on flog"},
        {{flag, on("b", "flag", {})}, 1, "when", "has no values"},
        {{flag, on("b", "flag", {"true"})}, 1, "when", "true is not a choice"},
        {{on("b", "k", {std::int64_t{4}}), whole({1, 3, linear, 1})}, 0, "when", "4 is out of range"},
        {{lr, on("b", "lr", {0.5})}, 1, "when", "a float without step"},
        {{on("b", "b", {true})}, 0, "when", "depends on itself"},
        {{on("e", "a", {true}), on("a", "b", {true}), on("b", "a", {true})}, 1, "when", "a on b on a (none"},
    };
}

TEST(problem, each_mistake_is_named_with_its_place_its_reason_and_a_way_out) {
    for (const Case& c : cases()) {
        const auto problem = find_problem(c.parameters);
        ASSERT_TRUE(problem.has_value()) << c.text;
        EXPECT_EQ(problem->parameter, c.parameter) << c.text;
        EXPECT_EQ(problem->field, c.field) << c.text;
        EXPECT_THAT(problem->text, HasSubstr(c.text));
        EXPECT_THAT(problem->text, MatchesRegex(".+ \\(.+\\) .+"));
        EXPECT_FALSE(Space::make(c.parameters).ok());
    }
}

TEST(problem, what_is_unusual_but_meant_is_accepted) {
    const std::vector<std::vector<Parameter>> good{
        {},
        {real({1, 1, Scale::linear, {}})},
        {real({1, 1, Scale::linear, 0.5})},
        {real({0, 0.3, Scale::linear, 0.1})},
        {{"größe", CategoricalDomain{{"粒子", ""}}, {}}},
        {whole({INT64_MIN, INT64_MAX, Scale::linear, 1})},
        {whole({INT64_MAX, INT64_MAX, Scale::log, 1})},
        {{"c", CategoricalDomain{{"1", std::int64_t{1}, 1.0, true}}, {}}},
        {{"b", IntDomain{}, {{"x", {1.0}}}}, real({1, 1, Scale::linear, {}})},
    };
    for (const auto& parameters : good) {
        const auto problem = find_problem(parameters);
        EXPECT_FALSE(problem.has_value()) << problem->text;
    }
}

}  // namespace
}  // namespace quench::search::space

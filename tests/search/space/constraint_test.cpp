#include "search/space/constraint.hpp"

#include "base/random.hpp"
#include "search/space/cell.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::search::space {
namespace {

const std::vector<Parameter>& parameters() {
    static const std::vector<Parameter> list{
        {"batch", CategoricalDomain{{std::int64_t{16}, std::int64_t{32}, std::int64_t{64}}}, {}},
        {"ranks", IntDomain{1, 8}, {}},
        {"lr", FloatDomain{1e-5, 1e-1, Scale::log, {}}, {}},
        {"optimizer", CategoricalDomain{{"sgd", "adam", "true"}}, {}},
        {"momentum", FloatDomain{0, 1, Scale::linear, 0.05}, {{"optimizer", {"sgd"}}}},
        {"bias", CategoricalDomain{{true, false}}, {}},
        {"mixed", CategoricalDomain{{"auto", std::int64_t{1}, 0.5, true}}, {}},
        {"bin-size", IntDomain{8, 64}, {}},
        {"decoder", CategoricalDomain{{"adam", "none"}}, {}}};
    return list;
}

Constraint parsed(const std::string& text) {
    auto result = Constraint::parse(text, parameters());
    if (const auto* fault = std::get_if<ConstraintFault>(&result))
        ADD_FAILURE() << text << ": " << fault->problem << " (" << fault->why << ")";
    return std::get<Constraint>(result);
}

Truth over(const std::string& text, const Configuration& configuration) {
    std::vector<Range> ranges;
    for (const Parameter& parameter : parameters()) {
        const auto found = configuration.find(parameter.name);
        ranges.push_back(found == configuration.end() ? Range{} : range_of(parameter.domain, found->second));
    }
    return parsed(text).over(ranges);
}

bool holds(const std::string& text, const Configuration& configuration) {
    return over(text, configuration) == Truth::yes;
}

const Configuration sgd{{"batch", std::int64_t{32}},
                        {"ranks", std::int64_t{7}},
                        {"lr", 1e-3},
                        {"optimizer", "sgd"},
                        {"momentum", 0.3},
                        {"bias", true},
                        {"mixed", std::int64_t{1}},
                        {"bin-size", std::int64_t{10}},
                        {"decoder", "adam"}};
const Configuration adam{
    {"batch", std::int64_t{32}}, {"ranks", std::int64_t{8}}, {"optimizer", "adam"}, {"decoder", "adam"}};

TEST(constraint, numbers_calculate_and_compare) {
    EXPECT_TRUE(holds("batch * ranks <= 224", sgd));
    EXPECT_FALSE(holds("batch * ranks < 224", sgd));
    EXPECT_TRUE(holds("batch - ranks * 2 == 18", sgd));
    EXPECT_TRUE(holds("-(batch - 30) / 4 == -0.5", sgd));
    EXPECT_TRUE(holds("1 + 2 * 3 == ranks", sgd));
    EXPECT_TRUE(holds("1e-4 < lr <= 1e-3 < .5", sgd));
    EXPECT_FALSE(holds("1e-4 < lr < 1e-3", sgd));
    EXPECT_TRUE(holds("ranks != 8 and ranks >= 7 and 8 > ranks", sgd));
    EXPECT_TRUE(holds("batch % ranks == 4", sgd));
    EXPECT_TRUE(holds("-batch % ranks == 3", sgd));
    EXPECT_TRUE(holds("{bin-size} + 0 in [9, 5 * 2]", sgd));
    EXPECT_TRUE(holds("ranks not in [1, 2, 4, 8]", sgd));
}

TEST(constraint, choices_are_equal_or_not_as_words_strings_numbers_and_booleans) {
    EXPECT_TRUE(holds("optimizer == sgd", sgd));
    EXPECT_TRUE(holds("'sgd' == optimizer", sgd));
    EXPECT_TRUE(holds("optimizer in [adam, sgd]", sgd));
    EXPECT_TRUE(holds("optimizer != \"true\"", sgd));
    EXPECT_TRUE(holds("bias", sgd));
    EXPECT_FALSE(holds("not bias", sgd));
    EXPECT_TRUE(holds("bias == true and not bias != true", sgd));
    EXPECT_TRUE(holds("mixed == 1", sgd));
    EXPECT_TRUE(holds("mixed == 1.0", sgd));
    EXPECT_TRUE(holds("mixed != auto and mixed != true and mixed != 0.5", sgd));
    EXPECT_FALSE(holds("optimizer == decoder", sgd));
    EXPECT_TRUE(holds("optimizer == decoder", adam));
}

TEST(constraint, and_binds_tighter_than_or_and_not_tighter_than_and) {
    EXPECT_TRUE(holds("ranks == 7 or ranks == 1 and ranks == 2", sgd));
    EXPECT_FALSE(holds("(ranks == 7 or ranks == 1) and ranks == 2", sgd));
    EXPECT_TRUE(holds("not ranks == 1 and ranks == 7", sgd));
    EXPECT_FALSE(holds("not (ranks == 1 or ranks == 7)", sgd));
}

TEST(constraint, what_an_inactive_parameter_says_is_unknown_and_others_decide) {
    EXPECT_EQ(over("momentum > 0.95", adam), Truth::maybe);
    EXPECT_EQ(over("not (optimizer == sgd and momentum > 0.95)", adam), Truth::yes);
    EXPECT_EQ(over("optimizer == sgd and momentum > 0.95", adam), Truth::no);
    EXPECT_EQ(over("optimizer == adam or momentum > 0.95", adam), Truth::yes);
    EXPECT_EQ(over("momentum * 0 == 0", adam), Truth::maybe);
    EXPECT_EQ(over("momentum in [0.1, 0.2] or bias", adam), Truth::maybe);
    EXPECT_EQ(over("lr / (ranks - 8) < 1", adam), Truth::maybe) << "as is a division by zero";
    EXPECT_EQ(over("batch / (ranks - 8) < 1 and batch == 16", adam), Truth::no);
}

TEST(constraint, decimals_that_differ_by_rounding_are_equal) {
    EXPECT_TRUE(holds("momentum == 0.1 + 0.2", sgd));
    EXPECT_TRUE(holds("momentum - 0.1 - 0.2 == 0", sgd));
    EXPECT_TRUE(holds("momentum <= 0.1 + 0.2 and momentum >= 0.1 + 0.2", sgd));
    EXPECT_FALSE(holds("momentum < 0.1 + 0.2 or momentum > 0.1 + 0.2", sgd));
    EXPECT_TRUE(holds("momentum < 0.3001", sgd));
}

struct BadConstraint {
    std::string text;
    std::size_t at;
    std::string problem, way_out;
};

TEST(constraint, every_mistake_is_named_with_its_place_and_a_way_out) {
    const std::vector<BadConstraint> mistakes{
        {"", 1, "ends too soon", "complete it"},
        {"batch <=", 9, "ends too soon", "complete it"},
        {"batch * rank <= 256", 9, "rank is no parameter", "name one of these"},
        {"3 <= 4", 1, "names no parameter", "name at least one"},
        {"batch", 1, "a value stands where true or false is needed", "compare it"},
        {"batch = 16", 7, "goes on after its end", "=="},
        {"= 16", 1, "'=' stands where a value is needed", "=="},
        {"bias && bias", 6, "goes on after its end", "'and'"},
        {"!bias", 1, "'!' stands where a value is needed", "write and, or, not"},
        {"(batch < 32", 12, "a bracket is not closed", "add a )"},
        {"batch < 32)", 11, "goes on after its end", "bracket"},
        {"optimizer < adam", 1, "optimizer does not calculate", "compare it by =="},
        {"optimizer == adma", 14, "adma is no choice of optimizer", "take one of these"},
        {"optimizer == true", 14, "true is no choice of optimizer", "in quotes it is a string"},
        {"mixed == 2", 10, "2 is no choice of mixed", "take one of these"},
        {"sgd == adam", 1, "sgd is no parameter", "compare the word"},
        {"lr % 2 == 0", 1, "% of a number that may not be whole", "int parameters"},
        {"batch ** 2 < 9", 7, "there are no powers", "x * x"},
        {"batch in 16", 10, "a list is missing", "in [16, 32]"},
        {"batch in [16, 32", 17, "a list is not closed", "add it"},
        {"batch in []", 11, "']' stands where a value is needed", "values are"},
        {"(batch < 3) + 1 < 2", 2, "a comparison stands where a number is needed", "'and'"},
        {"optimizer == 'sgd", 14, "a string is not closed", "add the quote"},
        {"{bin-size < 3", 1, "a name in braces is not closed", "add the }"},
        {"{bin} < 3", 1, "bin is no parameter", "name one of these"},
        {"batch < 1e999", 9, "this is no number", "in braces"},
        {"batch < 3d", 9, "this is no number", "in braces"},
        {"and batch < 3", 1, "'and' stands where a value is needed", "complete it"},
        {"batch < 3 and", 14, "ends too soon", "complete it"},
        {std::string(2001, ' '), 1, "has 2001 characters", "write it as several"},
        {std::string(51, '(') + "bias" + std::string(51, ')'), 51, "nested too deeply", "as several"}};
    for (const BadConstraint& bad : mistakes) {
        const auto result = Constraint::parse(bad.text, parameters());
        const auto* fault = std::get_if<ConstraintFault>(&result);
        ASSERT_NE(fault, nullptr) << bad.text;
        EXPECT_EQ(fault->at, bad.at) << bad.text << ": " << fault->problem;
        EXPECT_NE((fault->problem + fault->why).find(bad.problem), std::string::npos)
            << bad.text << ": " << fault->problem;
        EXPECT_NE(fault->way_out.find(bad.way_out), std::string::npos) << bad.text << ": " << fault->way_out;
        EXPECT_FALSE(fault->why.empty());
    }
}

std::string noise(base::Rng& rng) {
    static const std::vector<std::string> tokens{
        "batch",  "ranks", "lr",  "optimizer", "momentum", "bias", "mixed", "sgd", "adam",
        "nobody", "true",  "and", "or",        "not",      "in",   "(",     ")",   "[",
        "]",      ",",     "<",   "<=",        "==",       "!=",   ">",     "+",   "-",
        "*",      "/",     "%",   "{",         "}",        "'",    "1",     "0",   "2.5",
        "1e300",  "1e-3",  "=",   "\xC3\xA4",  "\x01",     "."};
    std::string text;
    for (std::uint64_t i = rng.below(14); i-- > 0;)
        text += (rng.below(3) == 0 ? "" : " ") + tokens[rng.below(tokens.size())];
    return text;
}

Configuration random_configuration(base::Rng& rng) {
    Configuration configuration;
    for (const Parameter& parameter : parameters())
        if (rng.below(5) != 0)
            configuration.emplace(parameter.name, value_at_coordinate(parameter.domain, rng.uniform()));
    return configuration;
}

/// A well-formed constraint of random shape.
std::string random_sum(base::Rng& rng, int depth) {
    static const std::vector<std::string> atoms{"batch", "ranks", "lr",   "momentum", "{bin-size}",
                                                "3",     "0.5",   "1e-3", "64"};
    if (depth == 0 || rng.below(3) == 0) return atoms[rng.below(atoms.size())];
    static const std::vector<std::string> signs{" + ", " - ", " * ", " / "};
    if (rng.below(6) == 0) return "-" + random_sum(rng, 0);
    return "(" + random_sum(rng, depth - 1) + signs[rng.below(4)] + random_sum(rng, depth - 1) + ")";
}
std::string random_text(base::Rng& rng, int depth) {
    static const std::vector<std::string> signs{" < ", " <= ", " == ", " != ", " > ", " >= "};
    static const std::vector<std::string> choices{"optimizer == sgd", "bias", "mixed in [auto, 1]",
                                                  "optimizer == decoder", "batch % ranks == 0"};
    if (depth == 0 || rng.below(4) == 0)
        return rng.below(3) == 0 ? choices[rng.below(choices.size())]
                                 : random_sum(rng, 2) + signs[rng.below(6)] + random_sum(rng, 1);
    if (rng.below(4) == 0) return "not (" + random_text(rng, depth - 1) + ")";
    return "(" + random_text(rng, depth - 1) + (rng.below(2) == 0 ? " and " : " or ") +
           random_text(rng, depth - 1) + ")";
}

TEST(constraint, any_text_is_a_constraint_or_a_fault_in_it) {
    std::size_t constraints = 0;
    for (std::uint64_t i = 0; i < 40'000; ++i) {
        base::Rng rng(4, "constraint noise", i);
        std::string text = i % 2 == 0 ? noise(rng) : random_text(rng, 2);
        if (i % 4 == 1) text.erase(rng.below(text.size() + 1), rng.below(4));
        if (i % 4 == 3) text.insert(rng.below(text.size() + 1), noise(rng));
        const auto result = Constraint::parse(text, parameters());
        if (const auto* fault = std::get_if<ConstraintFault>(&result)) {
            EXPECT_GE(fault->at, 1u);
            EXPECT_LE(fault->at, text.size() + 1);
            EXPECT_FALSE(fault->problem.empty() || fault->why.empty() || fault->way_out.empty());
            continue;
        }
        ++constraints;
        (void)over(text, random_configuration(rng));
    }
    EXPECT_GT(constraints, 3000u);
}

TEST(constraint, what_is_certain_on_ranges_is_true_of_every_value_in_them) {
    std::size_t certain = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        base::Rng rng(9, "constraint ranges", i);
        const std::string text = "ranks > 0 and " + random_text(rng, 3);
        const Constraint constraint = parsed(text);
        std::vector<Range> box;
        std::vector<std::pair<double, double>> ends;
        for (const Parameter& parameter : parameters()) {
            const double a = rng.uniform(), b = std::min(1.0, a + 0.5 * rng.uniform());
            ends.emplace_back(a, b);
            const Value low = value_at_coordinate(parameter.domain, a);
            const Value high = value_at_coordinate(parameter.domain, b);
            if (const auto first = cell_of(parameter.domain, low)) {
                box.push_back(range_of(parameter.domain, *first, *cell_of(parameter.domain, high)));
            } else {
                box.push_back(range_of(parameter.domain, low));
                box.back().high = std::get<double>(high);
            }
        }
        const Truth whole = constraint.over(box);
        if (whole == Truth::maybe) continue;
        ++certain;
        for (int draw = 0; draw < 20; ++draw) {
            std::vector<Range> point;
            for (std::size_t p = 0; p < parameters().size(); ++p) {
                const double u = ends[p].first + rng.uniform() * (ends[p].second - ends[p].first);
                point.push_back(
                    range_of(parameters()[p].domain, value_at_coordinate(parameters()[p].domain, u)));
            }
            ASSERT_EQ(constraint.over(point), whole) << text;
        }
    }
    EXPECT_GT(certain, 500u);
}

}  // namespace
}  // namespace quench::search::space

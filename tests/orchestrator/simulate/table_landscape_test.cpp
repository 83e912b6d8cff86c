#include "orchestrator/simulate/table_landscape.hpp"

#include "base/random.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using search::TrialId;
using search::space::Configuration;
using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<const Table> table_of(const std::string& text) {
    auto table = read_table(text);
    EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().text());
    return std::make_shared<const Table>(std::move(table).value());
}

core::Study study_with(const std::string& space, int max = 1) {
    const std::string text = "study: s\nobjective: {metric: loss}\nspace: " + space +
                             "\nfidelity: {max: " + std::to_string(max) +
                             "}\nstop: {trials: 1}\ntrial: {command: [program]}\n";
    auto study = study::study_from_text(text);
    EXPECT_TRUE(study.ok()) << (study.ok() ? "" : study.error().text());
    return std::move(study).value();
}

std::string refusal(const std::string& table, const core::Study& study) {
    const auto made = TableLandscape::make(table_of(table), study);
    return made ? "" : made.error().text();
}

double first_value(const TableLandscape& landscape, const Configuration& configuration) {
    return landscape.curve(configuration, 1, TrialId(0)).values.front();
}

TEST(table_landscape, a_row_answers_for_itself_at_distance_zero) {
    const auto made = TableLandscape::make(table_of("hp.x,loss@1,loss@2\n0.25,7,6\n0.75,5,4\n"),
                                           study_with("{x: {type: float, low: 0, high: 1}}", 2));
    ASSERT_TRUE(made.ok());
    const Curve curve = (*made)->curve({{"x", 0.75}}, 1, TrialId(3));
    EXPECT_THAT(curve.values, ElementsAre(5, 4));
    EXPECT_EQ(curve.distance, 0);
    EXPECT_TRUE(curve.seconds.empty());
}

TEST(table_landscape, another_configuration_is_answered_by_the_nearest_row_on_the_scale_of_the_parameter) {
    const std::string table = "hp.x,loss@1\n0.001,1\n1,2\n";
    const auto log = TableLandscape::make(table_of(table),
                                          study_with("{x: {type: float, low: 0.001, high: 1, log: true}}"));
    const auto linear =
        TableLandscape::make(table_of(table), study_with("{x: {type: float, low: 0.001, high: 1}}"));
    ASSERT_TRUE(log.ok() && linear.ok());
    EXPECT_EQ(first_value(**log, {{"x", 0.1}}), 2);
    EXPECT_EQ(first_value(**linear, {{"x", 0.1}}), 1);
    EXPECT_NEAR((*log)->curve({{"x", 0.1}}, 1, TrialId(0)).distance, 1.0 / 3, 1e-12);
}

TEST(table_landscape, categories_are_the_same_or_not_whatever_their_spelling) {
    const auto made = TableLandscape::make(
        table_of("hp.k,hp.n,hp.b,loss@1\ngnn,16.0,True,1\ngnn,32,False,2\ndense,16,1,3\nother,64,0,4\n"),
        study_with("{k: {type: categorical, choices: [gnn, dense]}, n: {type: categorical, choices: [16, 32, "
                   "64]}, b: "
                   "{type: categorical, choices: [true, false]}}"));
    ASSERT_TRUE(made.ok()) << made.error().text();
    using V = search::space::Value;
    const auto at = [&](const char* k, std::int64_t n, bool b) {
        return (*made)->curve({{"k", V(std::string(k))}, {"n", V(n)}, {"b", V(b)}}, 1, TrialId(0));
    };
    EXPECT_EQ(at("gnn", 16, true).values[0], 1);
    EXPECT_EQ(at("gnn", 32, false).values[0], 2);
    EXPECT_EQ(at("dense", 16, true).values[0], 3);
    EXPECT_EQ(at("dense", 16, true).distance, 0);
    EXPECT_EQ(at("gnn", 64, false).distance,
              1);  // the row of another kind is as far as that of another number
}

TEST(table_landscape, an_empty_cell_is_an_inactive_parameter) {
    const auto made = TableLandscape::make(table_of("hp.k,hp.x,loss@1\ngnn,0.5,1\ndense,,2\n"),
                                           study_with("{k: {type: categorical, choices: [gnn, dense]}, x: "
                                                      "{type: float, low: 0, high: 1, when: {k: gnn}}}"));
    ASSERT_TRUE(made.ok()) << made.error().text();
    const Curve curve = (*made)->curve({{"k", std::string("dense")}}, 1, TrialId(0));
    EXPECT_EQ(curve.values[0], 2);
    EXPECT_EQ(curve.distance, 0);
}

TEST(table_landscape, runs_of_one_configuration_are_drawn_from_by_the_key_of_the_trial) {
    const auto made = TableLandscape::make(table_of("hp.x,loss@1\n1,1\n1,2\n1,3\n0,9\n"),
                                           study_with("{x: {type: float, low: 0, high: 1}}"));
    ASSERT_TRUE(made.ok());
    std::set<double> seen;
    for (std::uint64_t trial = 0; trial < 100; ++trial) {
        const double value = (*made)->curve({{"x", 1.0}}, 1, TrialId(trial)).values[0];
        EXPECT_EQ((*made)->curve({{"x", 1.0}}, 1, TrialId(trial)).values[0], value);
        seen.insert(value);
    }
    EXPECT_EQ(seen, (std::set<double>{1, 2, 3}));
}

TEST(table_landscape, the_nearest_row_is_the_nearest_of_all) {
    std::string text = "hp.a,hp.b,hp.n,loss@1\n";
    base::Rng rng(3, "rows");
    std::vector<std::array<double, 3>> rows;
    for (int i = 0; i < 60; ++i) {
        rows.push_back({rng.uniform(), 10 + 20 * rng.uniform(), static_cast<double>(rng.below(9))});
        text += fmt::format("{},{},{},{}\n", rows[i][0], rows[i][1], rows[i][2], i);
    }
    const auto made = TableLandscape::make(
        table_of(text),
        study_with("{a: {type: float, low: 0, high: 1}, b: {type: float, low: 10, high: 30}, n: {type: "
                   "int, low: 0, high: 8}}"));
    ASSERT_TRUE(made.ok());
    for (int i = 0; i < 300; ++i) {
        const double a = rng.uniform();
        const double b = 10 + 20 * rng.uniform();
        const auto n = static_cast<std::int64_t>(rng.below(9));
        const Curve curve = (*made)->curve({{"a", a}, {"b", b}, {"n", n}}, 1, TrialId(0));
        const auto distance = [&](const std::array<double, 3>& row) {
            return std::hypot(row[0] - a, (row[1] - b) / 20, (row[2] - static_cast<double>(n)) / 8);
        };
        EXPECT_NEAR(distance(rows[static_cast<std::size_t>(curve.values[0])]), curve.distance, 1e-12);
        for (const auto& row : rows) EXPECT_GE(distance(row), curve.distance - 1e-12);
    }
}

TEST(table_landscape, a_table_that_does_not_fit_the_study_is_refused_with_the_reason) {
    const std::string x = "{x: {type: float, low: 0, high: 1}}";
    EXPECT_EQ(
        refusal("hp.x,lose@1\n0,1\n", study_with(x)),
        "the table has no metric 'loss' (the study's objective.metric says that it is 'loss') did you mean "
        "'lose'?");
    EXPECT_EQ(refusal("hp.xx,loss@1\n0,1\n", study_with(x)),
              "the table has no column hp.x (the study's space has this parameter) did you mean 'xx'?");
    EXPECT_EQ(refusal("hp.x,loss@1\n0,1\n", study_with(x, 9)),
              "the table has 1 steps of 'loss' (the study's fidelity.max is 9) lower fidelity.max");
    EXPECT_THAT(refusal("hp.x,loss@1,loss@2,seconds@1\n0,1,1,1\n", study_with(x, 2)), HasSubstr("'seconds'"));
    EXPECT_THAT(refusal("hp.x,loss@1\n0,1\nlow,1\n", study_with(x)),
                HasSubstr("line 3 of the table: hp.x is 'low'"));
    EXPECT_THAT(refusal("hp.x,loss@1\n0,1\n,1\n", study_with(x)),
                HasSubstr("line 3 of the table: hp.x is empty"));
    EXPECT_THAT(refusal("hp.x,loss@1\n0,1\n", study_with("{x: {type: float, low: 0.1, high: 1, log: true}}")),
                HasSubstr("hp.x is '0'"));
}

}  // namespace
}  // namespace quench::orchestrator::simulate

#include "orchestrator/simulate/table.hpp"

#include "orchestrator/simulate/number.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(const std::string& text) {
    const auto table = read_table(text);
    return table ? "" : table.error().text();
}

TEST(table, holds_hyperparameters_as_they_are_written_and_curves_as_numbers) {
    const auto table = read_table("hp.lr,hp.kind,loss@1,loss@2,seconds@1,seconds@2\n1e-3,gnn,2,1.5,10,11\n");
    ASSERT_TRUE(table.ok()) << table.error().text();
    EXPECT_THAT(table->parameters, ElementsAre("lr", "kind"));
    ASSERT_EQ(table->rows(), 1u);
    EXPECT_EQ(table->cell(0, 0), "1e-3");
    EXPECT_EQ(table->cell(0, 1), "gnn");
    ASSERT_NE(table->find("loss"), nullptr);
    EXPECT_THAT(table->find("loss")->values, ElementsAre(2, 1.5));
    EXPECT_THAT(table->find("seconds")->values, ElementsAre(10, 11));
    EXPECT_EQ(table->find("accuracy"), nullptr);
}

TEST(table, columns_may_stand_in_any_order) {
    const auto table = read_table("loss@2,hp.a,loss@1\n1,x,2\n3,y,4\n");
    ASSERT_TRUE(table.ok());
    EXPECT_THAT(table->find("loss")->values, ElementsAre(2, 1, 4, 3));
    EXPECT_THAT(table->cells, ElementsAre("x", "y"));
}

TEST(table, reads_the_line_ends_of_any_system_blank_lines_quotes_and_a_byte_order_mark) {
    const auto table = read_table("\xEF\xBB\xBFhp.a, \"loss@1\"\r\n");
    EXPECT_FALSE(table.ok());  // a quote after a blank is text, as in RFC 4180
    const auto good = read_table("\xEF\xBB\xBFhp.a,\"loss@1\"\r\n\r\n\"x, \"\"y\"\"\", 1 \r\n\nz,2");
    ASSERT_TRUE(good.ok()) << good.error().text();
    EXPECT_THAT(good->cells, ElementsAre("x, \"y\"", "z"));
    EXPECT_THAT(good->find("loss")->values, ElementsAre(1, 2));
    EXPECT_THAT(good->lines, ElementsAre(3u, 5u));
}

TEST(table, a_missing_value_is_no_number_and_a_diverged_one_is_kept) {
    const auto table = read_table("hp.a,loss@1,loss@2,loss@3\n1,,nan,inf\n");
    ASSERT_TRUE(table.ok());
    const auto& values = table->find("loss")->values;
    EXPECT_TRUE(std::isnan(values[0]));
    EXPECT_TRUE(std::isnan(values[1]));
    EXPECT_TRUE(std::isinf(values[2]));
}

TEST(table, every_mistake_names_its_line_the_reason_and_a_way_out) {
    EXPECT_EQ(error_of(""),
              "line 1: the table is empty (a header names its columns, and each row is one run) is it "
              "the right file?");
    EXPECT_THAT(error_of("\n\n"), HasSubstr("the table is empty"));
    EXPECT_THAT(error_of("hp.a,loss@1\n"), HasSubstr("the table has no rows"));
    EXPECT_THAT(error_of("loss@1\n1\n"), HasSubstr("no column is a hyperparameter"));
    EXPECT_THAT(error_of("hp.a,seconds@1\n1,1\n"), HasSubstr("no column is a metric"));
    EXPECT_EQ(
        error_of("hp.a,loss\n1,2\n"),
        "line 1: the column 'loss' is of no known kind (columns are hp.NAME, METRIC@STEP (steps from 1) or "
        "seconds@STEP) rename or remove it");
    for (const std::string name :
         {"loss@", "@1", "loss@0", "loss@-1", "loss@1x", "loss@99999999999999999999", "hp."})
        EXPECT_THAT(error_of("hp.a," + name + "\n1,2\n"), StartsWith("line 1: ")) << name;
    EXPECT_THAT(error_of("hp.a,loss@1,loss@3\n1,2,3\n"), HasSubstr("there is no column loss@2"));
    EXPECT_THAT(error_of("hp.a,loss@1,loss@1\n1,2,3\n"), HasSubstr("'loss@1' is there twice"));
    EXPECT_THAT(error_of("hp.a,hp.a,loss@1\n1,2,3\n"), HasSubstr("'hp.a' is there twice"));
    EXPECT_EQ(error_of("hp.a,loss@1\n1,2\n3\n"),
              "line 3: this row has 1 cells and the header 2 (each cell belongs to a column) was the file "
              "cut off?");
    EXPECT_EQ(error_of("hp.a,loss@1\n1,two\n"),
              "line 2: loss@1 is 'two' (a metric is a number) correct it; a missing value is an empty cell");
    EXPECT_THAT(error_of("hp.a,loss@1\n1,1e999\n"), HasSubstr("loss@1 is '1e999'"));
    EXPECT_THAT(error_of("hp.a,loss@1,seconds@1\n1,2,-1\n"), HasSubstr("seconds@1 is '-1'"));
    EXPECT_THAT(error_of("hp.a,loss@1,seconds@1\n1,2,\n"), HasSubstr("seconds@1 is empty"));
    EXPECT_THAT(error_of("hp.a,loss@1\n\"1,2\n"), StartsWith("line 2: a quotation mark is never closed"));
    EXPECT_THAT(error_of("hp.a,loss@1\n\"1\"x,2\n"), HasSubstr("text follows a closing quotation mark"));
}

TEST(table, what_is_too_large_is_refused_before_it_is_read) {
    const auto table = read_table("hp.a,loss@1\n1,2\n", {.bytes = 8, .columns = 8});
    ASSERT_FALSE(table.ok());
    EXPECT_THAT(table.error().text(), HasSubstr("too large"));
    EXPECT_THAT(read_table("hp.a,loss@1\n1,2\n", {.bytes = 100, .columns = 1}).error().text(),
                HasSubstr("2 columns"));
}

TEST(table, numbers_are_read_whole_or_not_at_all) {
    EXPECT_EQ(number("64.0"), 64);
    EXPECT_EQ(number(" +1e-3\t"), 1e-3);
    EXPECT_TRUE(std::isnan(number("NaN").value()));
    for (const char* none : {"", " ", "1 2", "0x10", "1,5", "+-1", "--1", "1e", "1e999"})
        EXPECT_FALSE(number(none)) << none;
}

}  // namespace
}  // namespace quench::orchestrator::simulate

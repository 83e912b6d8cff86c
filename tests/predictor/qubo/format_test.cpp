#include "predictor/qubo/format.hpp"

#include "tests/predictor/qubo/examples.hpp"

namespace quench::predictor::qubo {
namespace {

using testing::HasSubstr;

class EveryFormat : public testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, testing::Values(Format::coo, Format::qbsolv, Format::json));

TEST_P(EveryFormat, what_is_written_is_read_back_to_the_last_bit) {
    Qubo qubo = gaussian(13, 1);
    qubo.add_linear(3, 1e-300);
    qubo.add_coupling(1, 2, 1.0 / 3.0 * 1e250);
    qubo.add_coupling(4, 5, 5e-324);
    qubo.add_offset(1e17);
    const auto back = read(write(qubo, GetParam()), GetParam());
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, qubo);
}

TEST_P(EveryFormat, variables_without_terms_are_kept) {
    Qubo qubo(6);
    qubo.add_coupling(1, 3, -1);
    const auto back = read(write(qubo, GetParam()), GetParam());
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(*back, qubo);
}

TEST_P(EveryFormat, an_empty_file_is_an_error) {
    EXPECT_FALSE(read("", GetParam()));
    EXPECT_FALSE(read("\n\n", GetParam()));
}

TEST(Coo, no_number_has_an_exponent_because_dimod_would_drop_its_line) {
    Qubo qubo(2);
    qubo.add_linear(0, 1e-30);
    qubo.add_coupling(0, 1, 1e30);
    qubo.add_offset(2.5);
    EXPECT_EQ(write(qubo, Format::coo),
              "# vartype=BINARY\n# offset=2.5\n0 0 0.000000000000000000000000000001\n"
              "0 1 1000000000000000019884624838656\n1 1 0\n");
}

TEST(Coo, what_other_programs_write_is_understood) {
    const auto plain = read("0 0 -1.5\r\n1 0 +2e-1\n\n# a comment\n0 1 1\n", Format::coo);
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_EQ(plain->linear(0), -1.5);
    EXPECT_EQ(plain->coupling(0, 1), 1.2);
    const auto spins = read("# vartype=SPIN\n0 0 1\n0 1 2\n", Format::coo);
    ASSERT_TRUE(spins);
    EXPECT_EQ(spins->energy(Bits{0, 0}), 1);  // -1 + 2
    EXPECT_EQ(spins->energy(Bits{1, 0}), -1);
}

TEST(Qbsolv, the_written_text_is_the_format) {
    Qubo qubo(2);
    qubo.add_linear(0, -1);
    qubo.add_coupling(0, 1, 2);
    EXPECT_EQ(write(qubo, Format::qbsolv), "p qubo 0 2 2 1\n0 0 -1\n1 1 0\n0 1 2\n");
}

TEST(Json, ids_need_not_be_in_order) {
    const auto qubo =
        read(R"({"variable_ids": [40, 7], "variable_domain": "boolean", "scale": 2.0, "offset": 1.0,
        "linear_terms": [{"id": 7, "coeff": 3}], "quadratic_terms": [{"id_tail": 7, "id_head": 40, "coeff": -1}]})",
             Format::json);
    ASSERT_TRUE(qubo) << qubo.error().text();
    EXPECT_EQ(qubo->linear(1), 6);
    EXPECT_EQ(qubo->coupling(0, 1), -2);
    EXPECT_EQ(qubo->offset(), 2);
}

struct Malformed {
    Format format;
    const char* text;
    const char* says;
};
class MalformedFile : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedFile, is_an_error_that_names_line_and_reason) {
    const auto qubo = read(GetParam().text, GetParam().format);
    ASSERT_FALSE(qubo);
    EXPECT_THAT(qubo.error().text(), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Files, MalformedFile,
    testing::Values(
        Malformed{Format::coo, "0 0 1\n0 1\n", "line 2: not a term ('0 1' has 2 words)"},
        Malformed{Format::coo, "0 0 one\n", "line 1: not a coefficient ('one'"},
        Malformed{Format::coo, "0 0 nan\n", "line 1: not a coefficient"},
        Malformed{Format::coo, "0 0 1e999\n", "line 1: not a coefficient"},
        Malformed{Format::coo, "-1 0 1\n", "line 1: not an index ('-1'"},
        Malformed{Format::coo, "\n\n0 99999999999 1\n", "line 3: an index is too large"},
        Malformed{Format::coo, "0 99999999999999999999999 1\n", "not an index"},
        Malformed{Format::coo, "# vartype=FOO\n0 0 1\n", "line 1: unknown vartype ('FOO')"},
        Malformed{Format::coo, "# offset=x\n0 0 1\n", "line 1: not an offset"},
        Malformed{Format::coo, "0 0 1e308\n0 0 1e308\n", "overflows"},
        Malformed{Format::qbsolv, "0 0 1\n", "line 1: a term before the program line"},
        Malformed{Format::qbsolv, "p qubo 0 2 1\n", "line 1: not a program line"},
        Malformed{Format::qbsolv, "p qubo chimera 2 1 0\n", "topology 'chimera'"},
        Malformed{Format::qbsolv, "p qubo 0 9999999 1 0\n", "maxNodes is above"},
        Malformed{Format::qbsolv, "p qubo 0 2 1 1\n0 0 1\n1 0 1\n", "line 3: the coupler 1 0"},
        Malformed{Format::qbsolv, "p qubo 0 2 2 1\n0 0 1\n0 1 1\n1 1 1\n", "line 4: the node 1 1"},
        Malformed{Format::qbsolv, "p qubo 0 2 1 0\n2 2 1\n", "line 2: an index is too large"},
        Malformed{Format::qbsolv, "p qubo 0 2 2 0\n1 1 1\n1 1 1\n", "line 3: a repeated term"},
        Malformed{Format::qbsolv, "p qubo 0 2 2 0\n1 1 1\n", "the counts are wrong"},
        Malformed{Format::qbsolv, "p qubo 0 1 1 0\np qubo 0 1 1 0\n", "line 2: a second program line"},
        Malformed{Format::json, "{\"variable_ids\": [0],\n", "line 2"},
        Malformed{Format::json, "[1]", "no JSON object"}, Malformed{Format::json, "{}", "variable_ids"},
        Malformed{Format::json, R"({"variable_ids": [0, 0]})", "twice"},
        Malformed{Format::json, R"({"variable_ids": [0.5]})", "whole numbers"},
        Malformed{Format::json, R"({"variable_ids": [0], "variable_domain": 3})", "variable_domain"},
        Malformed{Format::json, R"({"variable_ids": [0], "offset": "x"})", "'offset' is no finite number"},
        Malformed{Format::json, R"({"variable_ids": [0], "linear_terms": [{"id": 1, "coeff": 1}]})",
                  "linear_terms[0]: 'id' names an unknown variable (1"},
        Malformed{Format::json, R"({"variable_ids": [0], "linear_terms": [{"id": 0}]})",
                  "'coeff' is missing"},
        Malformed{Format::json, R"({"variable_ids": [0], "linear_terms": [7]})",
                  "linear_terms[0]: not an object"},
        Malformed{Format::json,
                  R"({"variable_ids": [0], "quadratic_terms": [{"id_tail": 0, "id_head": 0, "coeff": 1}]})",
                  "a pair of one variable"},
        Malformed{Format::json, R"({"variable_ids": [0], "offset": 1e999})", "1e999"}));

TEST(FormatOf, goes_by_the_name) {
    EXPECT_EQ(format_of("a/b.coo"), Format::coo);
    EXPECT_EQ(format_of("b.qubo"), Format::qbsolv);
    EXPECT_EQ(format_of("b.json"), Format::json);
    EXPECT_EQ(format_of("b.bin"), std::nullopt);
}

}  // namespace
}  // namespace quench::predictor::qubo

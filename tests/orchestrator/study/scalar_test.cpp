#include "orchestrator/study/scalar.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

using search::space::Value;

base::Result<Value> plain(const std::string& text) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = text;
    return typed(node);
}

TEST(scalar, plain_text_means_what_yaml_1_2_says) {
    const std::vector<std::pair<std::string, Value>> cases = {{"16", std::int64_t{16}},
                                                              {"-3", std::int64_t{-3}},
                                                              {"+3", std::int64_t{3}},
                                                              {"0", std::int64_t{0}},
                                                              {"0x10", std::int64_t{16}},
                                                              {"-0x10", std::int64_t{-16}},
                                                              {"1e-3", 1e-3},
                                                              {"1e5", 1e5},
                                                              {"1E+5", 1e5},
                                                              {".5", 0.5},
                                                              {"-.5", -0.5},
                                                              {"5.", 5.0},
                                                              {"+1.5", 1.5},
                                                              {"1.0", 1.0},
                                                              {"1e-320", 1e-320},
                                                              {"true", true},
                                                              {"False", false},
                                                              {"9223372036854775807", INT64_MAX},
                                                              {"-9223372036854775808", INT64_MIN}};
    for (const auto& [text, value] : cases) {
        const auto result = plain(text);
        ASSERT_TRUE(result.ok()) << text << ": " << result.error().text();
        EXPECT_EQ(*result, value) << text;
    }
}

TEST(scalar, what_only_looks_like_a_number_is_a_string) {
    for (const char* text :
         {"gnn", ".",   "-",   "+",    "e5",  "1e",  "1e+", "1.2.3", "0x",   "0xg",      "1e5x", "y",
          "n",   "nan", "inf", "tRuE", "--1", "1-2", "1 2", "2h",    "v1.0", "adam:0.1", "a_b"}) {
        const auto result = plain(text);
        ASSERT_TRUE(result.ok()) << text << ": " << result.error().text();
        EXPECT_EQ(*result, Value(std::string(text)));
    }
}

TEST(scalar, what_versions_of_yaml_read_differently_is_refused) {
    for (const char* text :
         {"yes", "No", "ON", "off", "010", "0o17", "-017", "1_000", "1_0.5", "12:30", "1:30:00"})
        EXPECT_FALSE(plain(text).ok()) << text;
}

TEST(scalar, what_no_double_or_integer_holds_is_refused) {
    for (const char* text :
         {".nan", ".NaN", ".inf", "-.Inf", "+.INF", "1e999", "-1e999", "9223372036854775808"})
        EXPECT_FALSE(plain(text).ok()) << text;
}

TEST(scalar, quotes_make_a_string) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.quoted = true;
    for (const char* text : {"16", "no", "1e-3", "", "true", ".nan", "010"}) {
        node.text = text;
        ASSERT_TRUE(typed(node).ok());
        EXPECT_EQ(*typed(node), Value(std::string(text)));
    }
}

}  // namespace
}  // namespace quench::orchestrator::study

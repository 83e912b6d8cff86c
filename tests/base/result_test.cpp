#include "base/result.hpp"

#include <gtest/gtest.h>

namespace quench::base {
namespace {

Result<int> half(int x) {
    if (x % 2 != 0) return Error(std::to_string(x) + " is odd");
    return x / 2;
}

TEST(result, holds_a_value_or_an_error) {
    ASSERT_TRUE(half(4).ok());
    EXPECT_EQ(half(4).value(), 2);
    ASSERT_FALSE(half(3).ok());
    EXPECT_EQ(half(3).error().text(), "3 is odd");
}

TEST(result, an_error_gains_context_on_its_way_up) {
    EXPECT_EQ(half(3).error().in("halving").in("study.yaml:3").text(), "study.yaml:3: halving: 3 is odd");
}

TEST(result_death, reading_the_value_of_an_error_aborts_with_the_error) {
    EXPECT_DEATH((void)half(3).value(), "contract broken.*3 is odd");
}

}  // namespace
}  // namespace quench::base

#include "orchestrator/study/nearest.hpp"

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

TEST(edit_distance, counts_letters_and_swaps) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("trails", "trials"), 1u);
    EXPECT_EQ(edit_distance("ab", "ba"), 1u);
}

TEST(nearest, finds_slips_and_keeps_quiet_otherwise) {
    const std::vector<std::string> words = {"trials", "resource", "hours", "failure_rate"};
    EXPECT_EQ(nearest("trails", words), "trials");
    EXPECT_EQ(nearest("Hours", words), "hours");
    EXPECT_EQ(nearest("failure", words), "failure_rate");
    EXPECT_EQ(nearest("xyz", words), std::nullopt);
    EXPECT_EQ(nearest("", words), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'a'), words), std::nullopt);
}

TEST(nearest, a_short_word_has_no_neighbour_that_shares_no_letter) {
    const std::vector<std::string> words = {"lr"};
    EXPECT_EQ(nearest("xy", words), std::nullopt);
}

TEST(suggestion, lists_what_there_is_when_nothing_is_near) {
    const std::vector<std::string> words = {"a", "b"};
    EXPECT_EQ(suggestion("zzz", words), "use one of a, b");
}

}  // namespace
}  // namespace quench::orchestrator::study

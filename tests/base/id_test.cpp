#include "base/id.hpp"

#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace quench::base {
namespace {

using Apple = Id<struct AppleTag>;
using Pear = Id<struct PearTag>;

TEST(id, does_not_mix_with_numbers_or_ids_of_another_kind) {
    EXPECT_FALSE((std::is_convertible_v<std::uint64_t, Apple>));
    EXPECT_FALSE((std::is_convertible_v<Apple, std::uint64_t>));
    EXPECT_FALSE((std::is_constructible_v<Apple, Pear>));
}

TEST(id, is_ordered_and_hashable) {
    EXPECT_LT(Apple(1), Apple(2));
    EXPECT_EQ(Apple(1).next(), Apple(2));
    const std::unordered_set<Apple> basket{Apple(1), Apple(1), Apple(3)};
    EXPECT_EQ(basket.size(), 2u);
}

}  // namespace
}  // namespace quench::base

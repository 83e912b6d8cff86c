#include "search/sampler/permutation.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace quench::search::sampler {
namespace {

TEST(permutation, every_item_has_one_place_and_the_way_back_leads_there) {
    for (const std::uint64_t size : {1, 2, 3, 4, 5, 16, 17, 63, 100, 1000, 4097}) {
        const Permutation shuffle(size, 7, "test");
        std::set<std::uint64_t> items;
        for (std::uint64_t place = 0; place < size; ++place) {
            const std::uint64_t item = shuffle.item_at(place);
            ASSERT_LT(item, size);
            ASSERT_EQ(shuffle.place_of(item), place);
            items.insert(item);
        }
        EXPECT_EQ(items.size(), size);
    }
}

TEST(permutation, the_largest_sizes_work) {
    for (const std::uint64_t size : {std::uint64_t{1} << 63, (std::uint64_t{1} << 62) + 1}) {
        const Permutation shuffle(size, 7, "test");
        for (std::uint64_t place = 0; place < 1000; ++place)
            ASSERT_EQ(shuffle.place_of(shuffle.item_at(place)), place);
    }
}

TEST(permutation, seeds_give_different_orders_and_each_item_comes_first_equally_often) {
    constexpr int seeds = 12000;
    std::vector<int> first(6, 0);
    for (int seed = 0; seed < seeds; ++seed) ++first[Permutation(6, seed, "test").item_at(0)];
    for (const int count : first) EXPECT_NEAR(count, seeds / 6.0, 5 * std::sqrt(seeds / 6.0));
}

}  // namespace
}  // namespace quench::search::sampler

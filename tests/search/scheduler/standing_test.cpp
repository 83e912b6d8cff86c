#include "search/scheduler/standing.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

TEST(standing, ranks_follow_value_and_then_trial_and_what_is_not_finite_comes_last) {
    Standing standing;
    standing.insert(make_result(std::nan(""), TrialId(0)));
    standing.insert(make_result(0.5, TrialId(3)));
    standing.insert(make_result(0.5, TrialId(1)));
    standing.insert(make_result(-2, TrialId(2)));
    EXPECT_EQ(standing.rank_of(make_result(-2, TrialId(2))), 0u);
    EXPECT_EQ(standing.rank_of(make_result(0.5, TrialId(1))), 1u);
    EXPECT_EQ(standing.rank_of(make_result(0.5, TrialId(3))), 2u);
    EXPECT_EQ(standing.at_rank(3)->trial, TrialId(0));
    EXPECT_EQ(standing.at_rank(4), std::nullopt);
    EXPECT_EQ(finite_value_at(standing, 2), 0.5);
    EXPECT_EQ(finite_value_at(standing, 3), std::nullopt);
}

TEST(standing, it_agrees_with_a_sorted_list) {
    base::Rng rng(1, "standing");
    Standing standing;
    std::vector<Result> list;
    for (std::uint64_t i = 0; i < 500; ++i) {
        const Result r = make_result(std::floor(20 * rng.uniform()), TrialId(i));
        standing.insert(r);
        list.insert(std::lower_bound(list.begin(), list.end(), r), r);
        const std::size_t rank = rng.below(list.size());
        ASSERT_EQ(standing.at_rank(rank), list[rank]);
        ASSERT_EQ(standing.rank_of(list[rank]), rank);
    }
}

struct Counting {
    std::size_t* count;
    bool operator()(const Result& a, const Result& b) const {
        ++*count;
        return a < b;
    }
};

TEST(standing, every_operation_costs_a_logarithm_of_comparisons) {
    std::size_t count = 0;
    BasicStanding<Counting> standing(Counting{&count});
    base::Rng rng(2, "counting");
    for (std::uint64_t i = 1; i <= 100'000; ++i) {
        const Result r{rng.uniform(), TrialId(i)};
        // A red-black tree of n is at most 2 log2(n + 1) high; two comparisons a level, and some at the end.
        const double bound = 4 * std::log2(static_cast<double>(i) + 1) + 4;
        count = 0;
        standing.insert(r);
        ASSERT_LE(static_cast<double>(count), bound);
        count = 0;
        (void)standing.rank_of(r);
        ASSERT_LE(static_cast<double>(count), bound);
        count = 0;
        (void)standing.at_rank(i / 2);
        ASSERT_EQ(count, 0u);  // finds its way by sizes alone
    }
}

}  // namespace
}  // namespace quench::search::scheduler

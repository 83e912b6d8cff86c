#include "search/scheduler/decision_points.hpp"

#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(decision_points, are_shares_of_the_way_rounded_up) {
    EXPECT_THAT(decision_points(0, 100, {0.125, 0.25, 0.5, 0.75}), ElementsAre(13, 25, 50, 75));
    EXPECT_THAT(decision_points(50, 100, {0.125, 0.25, 0.5, 0.75}), ElementsAre(57, 63, 75, 88));
}

TEST(decision_points, of_a_short_way_are_its_steps_and_of_one_step_there_are_none) {
    EXPECT_THAT(decision_points(0, 3, usual_decisions), ElementsAre(1, 2));
    EXPECT_THAT(decision_points(6, 7, usual_decisions), IsEmpty());
    EXPECT_THAT(decision_points(0, 100, {}), IsEmpty());
}

TEST(decision_points, lie_further_apart_the_more_a_start_costs) {
    EXPECT_EQ(spacing_for(0), 1);
    EXPECT_EQ(spacing_for(1), 4);
    EXPECT_THAT(decision_points(0, 12, {0.1, 0.25, 0.5, 0.75, 0.9}, 4), ElementsAre(6))
        << "2 and 3 lie too near to the beginning, 9 and 11 to the end";
    EXPECT_THAT(decision_points(0, 100, usual_decisions, 10), ElementsAre(13, 25, 38, 50, 63, 75, 88));
}

TEST(decision_points, rise_strictly_between_the_ends_whatever_the_way) {
    base::Rng rng(1, "ways");
    for (int i = 0; i < 2000; ++i) {
        const auto from = static_cast<Resource>(rng.below(1000));
        const Resource target = from + 1 + static_cast<Resource>(rng.below(1000));
        Resource last = from;
        for (const Resource at : decision_points(from, target, usual_decisions)) {
            EXPECT_GT(at, last);
            EXPECT_LT(at, target);
            last = at;
        }
    }
}

}  // namespace
}  // namespace quench::search::scheduler

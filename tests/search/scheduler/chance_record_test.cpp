#include "search/scheduler/chance_record.hpp"

#include "base/random.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

constexpr Resource target = 8;

double odds(double chance) {
    return std::log(chance / (1 - chance));
}

/// So many chances between 0 and 1, of which come true as many as they say with `slope`.
ChanceRecord record_of(std::size_t count, double slope, double winners = 0.5) {
    base::Rng rng(3, "chances that come true");
    ChanceRecord record;
    for (std::uint64_t i = 0; i < count; ++i) {
        const Chance chance{0.001 + 0.998 * rng.uniform(), winners};
        record.promise(TrialId(i), target, chance);
        record.settle(TrialId(i), target, rng.uniform() < sloped(chance, slope));
    }
    record.learn();
    return record;
}

TEST(chance_record, a_slope_multiplies_log_odds_beyond_those_of_the_winners_and_can_be_taken_back) {
    EXPECT_DOUBLE_EQ(sloped({0.2, 0.5}, 1), 0.2);
    EXPECT_NEAR(odds(sloped({0.2, 0.5}, 0.5)), 0.5 * odds(0.2), 1e-12);
    EXPECT_NEAR(odds(sloped({0.2, 0.3}, 2)) - odds(0.3), 2 * (odds(0.2) - odds(0.3)), 1e-12);
    for (const double chance : {0.001, 0.3, 0.999})
        EXPECT_NEAR(sloped({sloped({chance, 0.3}, 1.7), 0.3}, 1 / 1.7), chance, 1e-12);
    EXPECT_NEAR(sloped({0.01, 1}, 0.5), 1, 1e-5) << "where all win the share of winners is certain";
}

TEST(chance_record, nothing_known_leaves_chances_as_they_are) {
    EXPECT_EQ(record_of(0, 1).slope(), 1);
    ChanceRecord record;
    record.promise(TrialId(1), target, {0.1, 0.5});
    record.learn();
    EXPECT_EQ(record.slope(), 1) << "nothing has come of it yet";
}

TEST(chance_record, what_came_of_many_chances_is_their_slope) {
    for (const double slope : {0.5, 1.0, 1.5}) {
        EXPECT_NEAR(record_of(4000, slope).slope(), slope, 0.15) << slope;
        EXPECT_NEAR(record_of(4000, slope, 0.2).slope(), slope, 0.15) << slope << " of few winners";
    }
}

TEST(chance_record, few_outcomes_move_the_slope_a_little) {
    const auto slope_after = [](std::uint64_t count) {
        ChanceRecord record;
        for (std::uint64_t i = 0; i < count; ++i) {
            record.promise(TrialId(i), target, {0.9, 0.5});
            record.settle(TrialId(i), target, i % 2 == 0);  // a half, where nine tenths were told
        }
        record.learn();
        return record.slope();
    };
    EXPECT_LT(slope_after(400), slope_after(20));
    EXPECT_LT(slope_after(20), 0.95);
    EXPECT_GT(slope_after(20), 0.6);
}

TEST(chance_record, only_what_came_to_its_own_target_counts) {
    ChanceRecord record;
    for (std::uint64_t i = 0; i < 100; ++i) {
        record.promise(TrialId(i), target, {0.01, 0.5});
        record.settle(TrialId(i), target / 2, true);
        record.forget(TrialId(i));
        record.settle(TrialId(i), target, true);
    }
    record.learn();
    EXPECT_EQ(record.slope(), 1);
}

/// Whatever comes of whatever chances: a slope that is a positive number, the same for the same.
TEST(chance_record, random_outcomes_keep_the_slope_sane) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const auto slope = [&] {
            base::Rng rng(seed, "random outcomes");
            ChanceRecord record;
            for (std::size_t i = rng.below(300); i > 0; --i) {
                const TrialId trial(rng.below(20));
                const double kind = rng.uniform();
                const Chance chance{rng.below(3) == 0 ? 1e-9 : rng.uniform(), 0.05 + 0.9 * rng.uniform()};
                if (kind < 0.5)
                    record.promise(trial, static_cast<Resource>(1 + rng.below(4)), chance);
                else if (kind < 0.8)
                    record.settle(trial, static_cast<Resource>(1 + rng.below(4)), rng.below(2) == 0);
                else if (kind < 0.9)
                    record.forget(trial);
                else
                    record.learn();
            }
            record.learn();
            return record.slope();
        };
        const double found = slope();
        EXPECT_GT(found, 0.01) << seed;
        EXPECT_LT(found, 100) << seed;
        EXPECT_EQ(found, slope()) << seed;
    }
}

}  // namespace
}  // namespace quench::search::scheduler

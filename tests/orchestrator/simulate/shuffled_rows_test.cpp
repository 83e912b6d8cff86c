#include "orchestrator/simulate/shuffled_rows.hpp"

#include "tests/orchestrator/simulate/sample.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using search::TrialId;

/// `rows` rows whose only value is their number.
ShuffledRows numbered(std::size_t rows) {
    std::string text = "hp.x,hp.y,loss@1\n";
    for (std::size_t row = 0; row < rows; ++row) text += fmt::format("0.5,0.5,{}\n", row);
    auto table = read_table(text);
    auto made = TableLandscape::make(std::make_shared<const Table>(std::move(table).value()),
                                     study_of("max: 1, scheduler: none"));
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().text());
    return ShuffledRows(std::move(made).value());
}

std::vector<double> first_trials(const ShuffledRows& landscape, std::uint64_t seed, std::size_t count) {
    std::vector<double> rows;
    for (std::size_t trial = 0; trial < count; ++trial)
        rows.push_back(landscape.curve({}, seed, TrialId(trial)).values.front());
    return rows;
}

TEST(shuffled_rows, every_row_is_used_once_before_any_is_used_again) {
    for (const std::size_t count : {1, 2, 7, 64, 296}) {
        const ShuffledRows landscape = numbered(count);
        std::vector<double> all = first_trials(landscape, 3, 2 * count);
        for (int pass = 0; pass < 2; ++pass) {
            const auto begin = all.begin() + pass * static_cast<std::ptrdiff_t>(count);
            std::sort(begin, begin + static_cast<std::ptrdiff_t>(count));
            for (std::size_t row = 0; row < count; ++row)
                EXPECT_EQ(begin[static_cast<std::ptrdiff_t>(row)], static_cast<double>(row));
        }
    }
}

TEST(shuffled_rows, each_seed_and_each_pass_has_an_order_of_its_own) {
    const ShuffledRows landscape = numbered(50);
    const auto one = first_trials(landscape, 1, 100);
    EXPECT_EQ(one, first_trials(landscape, 1, 100));
    EXPECT_NE(one, first_trials(landscape, 2, 100));
    EXPECT_FALSE(std::equal(one.begin(), one.begin() + 50, one.begin() + 50));
}

TEST(shuffled_rows, the_configuration_has_no_say) {
    const ShuffledRows landscape = numbered(50);
    for (std::size_t trial = 0; trial < 20; ++trial) {
        const Curve here = landscape.curve({{"x", 0.1}, {"y", 0.9}}, 1, TrialId(trial));
        const Curve there = landscape.curve({{"x", 0.8}, {"y", 0.2}}, 1, TrialId(trial));
        EXPECT_EQ(here.values, there.values);
        EXPECT_EQ(here.distance, 0);
    }
}

TEST(shuffled_rows, over_many_seeds_every_row_is_as_frequent_for_every_trial) {
    constexpr std::size_t rows = 10;
    constexpr std::size_t seeds = 4000;
    const ShuffledRows landscape = numbered(rows);
    for (const std::size_t trial : {std::size_t{0}, rows / 2, rows - 1}) {
        std::vector<double> seen(rows);
        for (std::size_t seed = 0; seed < seeds; ++seed)
            ++seen[static_cast<std::size_t>(landscape.curve({}, seed, TrialId(trial)).values.front())];
        double chi2 = 0;
        const double expected = static_cast<double>(seeds) / rows;
        for (const double n : seen) chi2 += (n - expected) * (n - expected) / expected;
        EXPECT_LT(chi2, 33.7);  // 9 degrees of freedom: 1 in 10,000 is beyond it, and the seeds are fixed
    }
}

}  // namespace
}  // namespace quench::orchestrator::simulate

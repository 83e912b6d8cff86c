#include "search/scheduler/chances.hpp"

#include "base/random.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace quench::search::scheduler {
namespace {

std::shared_ptr<const std::vector<double>> shared(std::vector<double> values) {
    return std::make_shared<const std::vector<double>>(std::move(values));
}

TEST(chances, a_trend_is_found_though_a_quarter_of_the_runs_went_astray) {
    std::vector<Movement> movements;
    for (int i = 0; i < 40; ++i) {
        const double now = 1 + 0.1 * i;
        movements.push_back({now, i % 4 == 0 ? 1e6 : 0.5 + 0.25 * now});
    }
    const Trend trend = trend_of(movements);
    EXPECT_NEAR(trend.slope, 0.25, 1e-9);
    EXPECT_NEAR(trend.intercept, 0.5, 1e-9);
}

TEST(chances, a_curve_is_worth_its_best_value_lately_so_that_one_spike_is_no_setback) {
    EXPECT_EQ(recent_best(std::vector{3.0}), 3);
    EXPECT_EQ(recent_best(std::vector{2.0, 3.0}), 2);
    EXPECT_EQ(recent_best(std::vector{9.0, 5.0, 4.0, 3.0}), 3);
    EXPECT_EQ(recent_best(std::vector{9.0, 5.0, 4.0, 100.0}), 4);
    EXPECT_EQ(recent_best(std::vector{1.0, 5.0, 6.0, 7.0}), 5) << "what was long ago is over";
}

TEST(chances, where_all_move_alike_nothing_is_disturbed_however_far_they_move) {
    std::vector<Movement> movements;
    for (int i = 0; i < 20; ++i) movements.push_back({100.0 + i, 3 + 0.3 * i});
    for (const double one : disturbances(movements, trend_of(movements))) EXPECT_NEAR(one, 0, 1e-9);
}

TEST(chances, a_scale_and_a_shift_of_the_later_values_change_no_disturbance) {
    base::Rng rng(1, "movements");
    std::vector<Movement> movements;
    std::vector<Movement> scaled;
    for (int i = 0; i < 30; ++i) {
        const Movement one{rng.normal(), rng.normal()};
        movements.push_back({one.now, one.now + 0.2 * one.then});
        scaled.push_back({one.now, 7 + 3 * movements.back().then});
    }
    const auto plain = disturbances(movements, trend_of(movements));
    const auto other = disturbances(scaled, trend_of(scaled));
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(plain[i], other[i], 1e-9);
}

TEST(chances, of_equal_contenders_all_have_the_same_and_together_they_fill_the_places) {
    const auto noise = shared({-1, -0.5, 0, 0.5, 1, 2, -2, 0.1});
    std::vector<Contender> contenders(10, Contender{.value = 3, .unit = 1, .disturbances = noise});
    const auto found = chances(contenders, 4, 7, 20'000);
    EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 4, 1e-9);
    // 20,000 draws of probability 0.4: a standard deviation of 0.0035.
    for (const double chance : found) EXPECT_NEAR(chance, 0.4, 0.018);
}

/// Two contenders a distance apart, disturbed by N(0, 1) each: the worse wins with probability
/// Phi(-distance / sqrt 2).
TEST(chances, agree_with_the_closed_form_of_two_contenders) {
    base::Rng rng(3, "noise");
    std::vector<double> noise;
    for (int i = 0; i < 4000; ++i) noise.push_back(rng.normal());
    const auto all = shared(noise);
    for (const double distance : {0.5, 1.0, 2.0}) {
        const std::vector<Contender> two{{.value = 0, .unit = 1, .disturbances = all},
                                         {.value = distance, .unit = 1, .disturbances = all}};
        const double exact = 0.5 * std::erfc(distance / 2);
        // The blur of 4000 values widens by 0.3 %, 20,000 draws scatter by 0.0035.
        EXPECT_NEAR(chances(two, 1, 11, 20'000)[1], exact, 0.015) << distance;
    }
}

TEST(chances, are_the_same_when_asked_again_and_keyed) {
    const auto noise = shared({-1, 0, 1, 3, -2});
    const std::vector<Contender> some{{.value = 0, .unit = 1, .disturbances = noise},
                                      {.value = 1, .unit = 1, .disturbances = noise},
                                      {.value = 2, .unit = 1, .disturbances = noise}};
    EXPECT_EQ(chances(some, 1, 5), chances(some, 1, 5));
    EXPECT_NE(chances(some, 1, 5), chances(some, 1, 6));
}

}  // namespace
}  // namespace quench::search::scheduler

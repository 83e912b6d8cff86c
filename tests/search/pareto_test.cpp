#include "search/pareto.hpp"

#include "base/random.hpp"

#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

namespace quench::search {
namespace {

std::vector<Values> random_points(base::Rng& rng, std::size_t count, std::size_t objectives,
                                  std::uint64_t top) {
    std::vector<Values> points(count);
    for (Values& point : points)
        for (std::size_t i = 0; i < objectives; ++i) point.push_back(static_cast<double>(rng.below(top)));
    return points;
}

/// The slow way: on whole numbers the volume is the number of unit cells that some point dominates.
double cells_dominated(const std::vector<Values>& points, std::size_t objectives, std::uint64_t reference) {
    std::vector<std::uint64_t> cell(objectives, 0);
    double count = 0;
    for (;;) {
        for (const Values& point : points) {
            bool inside = true;
            for (std::size_t i = 0; i < objectives; ++i)
                inside = inside && point[i] <= static_cast<double>(cell[i]);
            if (!inside) continue;
            count += 1;
            break;
        }
        std::size_t i = 0;
        while (i < objectives && ++cell[i] == reference) cell[i++] = 0;
        if (i == objectives) return count;
    }
}

TEST(pareto, the_hypervolume_is_the_number_of_cells_on_whole_numbers) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        base::Rng rng(seed, "hypervolume");
        const std::size_t objectives = 1 + rng.below(4);
        const auto points =
            random_points(rng, rng.below(12), objectives, 9);  // some are beyond the reference
        EXPECT_EQ(hypervolume(points, Values(objectives, 7)), cells_dominated(points, objectives, 7))
            << "seed " << seed;
    }
}

TEST(pareto, the_hypervolume_of_a_known_front_converges_to_its_integral) {
    std::vector<Values> front;
    for (int i = 0; i <= 1000; ++i) front.push_back({i / 1000.0, 1 - std::sqrt(i / 1000.0)});  // ZDT1
    // A staircase of n steps loses at most the sum of the rectangles between its corners and the curve, <
    // 1/n.
    EXPECT_NEAR(hypervolume(front, {1, 1}), 2.0 / 3, 1e-3);
    std::vector<Values> sphere;  // the octant of a sphere around (1, 1, 1), seen from the origin
    for (int i = 0; i <= 40; ++i)
        for (int j = 0; j <= 40; ++j) {
            const double a = i * M_PI / 80, b = j * M_PI / 80;
            sphere.push_back({1 - std::cos(a) * std::cos(b), 1 - std::cos(a) * std::sin(b), 1 - std::sin(a)});
        }
    EXPECT_NEAR(hypervolume(sphere, {1, 1, 1}), M_PI / 6, 0.05);
}

TEST(pareto, fronts_are_those_of_the_definition) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        base::Rng rng(seed, "fronts");
        const auto points = random_points(rng, 1 + rng.below(20), 1 + rng.below(3), 6);
        const auto front = fronts_of(points);
        std::set<std::size_t> first;
        for (std::size_t i = 0; i < points.size(); ++i) {
            std::size_t deepest = 0;
            bool dominated = false;
            for (std::size_t j = 0; j < points.size(); ++j) {
                if (!dominates(points[j], points[i])) continue;
                dominated = true;
                deepest = std::max(deepest, front[j]);
            }
            EXPECT_EQ(front[i], dominated ? deepest + 1 : 0u) << "seed " << seed;
            if (!dominated) first.insert(i);
        }
        const auto best = pareto_front(points);
        EXPECT_EQ(std::set<std::size_t>(best.begin(), best.end()), first);
    }
}

TEST(pareto, crowding_is_infinite_at_the_ends_and_small_in_a_crowd) {
    const std::vector<Values> points{{0, 10}, {5, 5}, {5.5, 4.5}, {6, 4}, {10, 0}};
    const auto crowding = crowding_of(points);
    EXPECT_EQ(crowding[0], std::numeric_limits<double>::infinity());
    EXPECT_EQ(crowding[4], std::numeric_limits<double>::infinity());
    EXPECT_LT(crowding[2], crowding[1]);
    EXPECT_LT(crowding[2], crowding[3]);
    EXPECT_DOUBLE_EQ(crowding[2], 0.2);
}

TEST(pareto, the_order_by_hypervolume_takes_what_adds_most_first) {
    const std::vector<Values> points{{0, 9}, {4, 4}, {9, 0}, {5, 5}};
    const auto order = by_hypervolume(points, {10, 10}, 9);
    EXPECT_EQ(order, (std::vector<std::size_t>{1, 0, 2, 3}));
    EXPECT_EQ(by_hypervolume(points, {10, 10}, 2).size(), 2u);
    const auto reference = reference_beyond(points);
    EXPECT_DOUBLE_EQ(reference[0], 9.9);
    EXPECT_DOUBLE_EQ(reference[1], 9.9);
}

}  // namespace
}  // namespace quench::search

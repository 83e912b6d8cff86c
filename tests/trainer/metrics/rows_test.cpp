#include "trainer/metrics/rows.hpp"

#include "trainer/metrics/bins.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

using Row = std::array<float, 7>;
constexpr Row good = {1, 1, 10, 0.5F, 0, 1, 12};

Rows one(const Row& row) {
    return usable_rows(row);
}

TEST(usable_rows, keeps_particles_and_empties_rows_of_no_class) {
    EXPECT_EQ(one(good).values, std::vector<float>(good.begin(), good.end()));
    EXPECT_EQ(one(good).unusable, 0u);
    const Rows none = one({0, 1, 10, 0.5F, 0, 1, 12});
    EXPECT_EQ(none.values, std::vector<float>(7));
    EXPECT_EQ(none.unusable, 0u) << "nothing was to be built from it";
    EXPECT_TRUE(usable_rows({}).values.empty());
}

TEST(usable_rows, empties_and_counts_what_cannot_be_a_particle) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                    inf = std::numeric_limits<float>::infinity();
    for (std::size_t column = 0; column < good.size(); ++column)
        for (const float bad : {nan, inf, -inf}) {
            Row row = good;
            row[column] = bad;
            EXPECT_EQ(one(row).values, std::vector<float>(7)) << column << " " << bad;
            EXPECT_EQ(one(row).unusable, 1u) << column << " " << bad;
        }
    for (const auto& [column, bad] : {std::pair{0, 6.0F}, {0, -1.0F}, {2, -1.0F}, {6, -0.1F}}) {
        Row row = good;
        row[static_cast<std::size_t>(column)] = bad;
        EXPECT_EQ(one(row).unusable, 1u) << column << " " << bad;
    }
}

TEST(usable_rows, makes_directions_unit_vectors) {
    const Rows rows = one({1, 1, 10, 0.5F, 3, -4, 12});
    EXPECT_FLOAT_EQ(rows.row(0)[4], 0.6F);
    EXPECT_FLOAT_EQ(rows.row(0)[5], -0.8F);
    const Rows undirected = one({1, 1, 10, 0.5F, 0, 0, 12});
    EXPECT_EQ(undirected.row(0)[4], 0);
    EXPECT_EQ(undirected.row(0)[5], 1);
}

TEST(sums_of, adds_energies_and_transverse_momenta) {
    std::vector<float> values;
    for (const Row& row : {Row{1, 1, 3, 0, 0, 1, 5}, Row{2, 0, 4, 1, 1, 0, 7}, Row{}})
        values.insert(values.end(), row.begin(), row.end());
    const EventSums sums = sums_of({.values = values});
    EXPECT_DOUBLE_EQ(sums.energy, 12);
    EXPECT_DOUBLE_EQ(sums.missing_pt, 5);
    EXPECT_EQ(sums_of({}), EventSums{});
}

TEST(relative_difference, is_cut_off_and_not_defined_of_zero) {
    EXPECT_DOUBLE_EQ(*relative_difference(11, 10), 0.1);
    EXPECT_NEAR(*relative_difference(-0.9, -1), -0.1, 1e-15);
    EXPECT_EQ(relative_difference(1e9, 1), 10);
    EXPECT_EQ(relative_difference(-1e9, 1), -10);
    EXPECT_FALSE(relative_difference(1, 0));
}

TEST(bin_of, holds_its_lower_edge_and_not_its_upper_one) {
    constexpr std::array edges = {1.0, 2.0, 4.0};
    EXPECT_EQ(bin_of(edges, 1.0), 0u);
    EXPECT_EQ(bin_of(edges, 1.999), 0u);
    EXPECT_EQ(bin_of(edges, 2.0), 1u);
    for (const double outside : {0.999, 4.0, -1.0, 1e30, std::nan("")})
        EXPECT_EQ(bin_of(edges, outside), 2u) << outside;
}

}  // namespace
}  // namespace quench::trainer::metrics

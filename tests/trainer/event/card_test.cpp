#include "trainer/event/card.hpp"

#include "base/random.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

TEST(cells, contain_the_direction_and_tile_the_detector) {
    base::Rng rng(3, "test.cells");
    for (int i = 0; i < 20'000; ++i) {
        const Direction d{10 * rng.uniform() - 5, 2 * std::numbers::pi * (rng.uniform() - 0.5)};
        for (const auto calorimeter : {Calorimeter::ecal, Calorimeter::hcal}) {
            const auto cell = cell_at(calorimeter, d);
            ASSERT_TRUE(cell.has_value());
            ASSERT_LE(cell->eta_low, d.eta);
            ASSERT_GE(cell->eta_high, d.eta);
            ASSERT_LE(cell->phi_low, d.phi + 1e-12);
            ASSERT_GE(cell->phi_high, d.phi - 1e-12);
            const Direction middle{0.5 * (cell->eta_low + cell->eta_high),
                                   0.5 * (cell->phi_low + cell->phi_high)};
            ASSERT_EQ(cell_at(calorimeter, middle), cell);
        }
    }
    EXPECT_FALSE(cell_at(Calorimeter::ecal, {5.01, 0}).has_value());
    EXPECT_FALSE(cell_at(Calorimeter::hcal, {-5.01, 0}).has_value());
}

TEST(energy_resolution, has_the_values_of_the_card) {
    EXPECT_NEAR(energy_resolution(Calorimeter::ecal, 0, 100), std::sqrt(0.64 + 1.21 + 0.16), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::ecal, -1, 100), 1.64 * std::sqrt(0.64 + 1.21 + 0.16), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::hcal, 0, 100), std::sqrt(25.0 + 225.0), 1e-12);
    EXPECT_NEAR(energy_resolution(Calorimeter::hcal, 4, 100), std::sqrt(169.0 + 729.0), 1e-12);
}

}  // namespace
}  // namespace quench::trainer::event

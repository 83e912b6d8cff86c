#include "trainer/mlpf/positions.hpp"

#include "../nn/gradient.hpp"
#include "trainer/data/generated_events.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

namespace quench::trainer::mlpf {
namespace {

TEST(calorimeter_positions, put_a_track_into_the_cell_of_the_tower_that_it_hit) {
    // eta 0.1 and 0.15, phi 0.2 and 0.25: both in the HCAL cell from 0.087 to 0.174 and from 10 to 15
    // degrees.
    Matrix<double> features = Matrix<double>::Zero(2, 12), at;
    features.row(0).head(5) << 1, 3, 0.1, std::sin(0.2), std::cos(0.2);
    features.row(1).head(5) << 2, 3, -2, std::sin(3.0), std::cos(3.0);
    features.row(1).segment(6, 3) << 0.15, std::sin(0.25), std::cos(0.25);
    calorimeter_positions(features, at);
    EXPECT_EQ(at.row(0), at.row(1));
    EXPECT_NEAR(at(0, 0), 1.5 * 0.087, 1e-12);
    EXPECT_NEAR(std::atan2(at(0, 1), at(0, 2)), 12.5 * std::numbers::pi / 180, 1e-12);
}

TEST(calorimeter_positions, keep_directions_beyond_the_cells_and_those_of_other_detectors) {
    Matrix<double> features = Matrix<double>::Zero(1, 12), at;
    features.row(0).head(5) << 1, 3, 5.5, 0.6, 0.8;
    calorimeter_positions(features, at);
    EXPECT_EQ(at, (Matrix<double>{{5.5, 0.6, 0.8}}));
    features = Matrix<double>::Zero(1, 17);
    features.row(0).head(9) << 2, 3, 0.1, 0.6, 0.8, 9, 9, 9, 9;
    calorimeter_positions(features, at);
    EXPECT_EQ(at, (Matrix<double>{{0.1, 0.6, 0.8}}));
}

TEST(calorimeter_positions, are_near_the_direction_of_generated_elements) {
    const data::GeneratedEvents events({.pileup = 10}, 0, 3);
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto event = events.read(i).value();
        const Matrix<float> features =
            Eigen::Map<const Matrix<float>>(event.elements.data(), static_cast<Index>(event.rows), 12);
        Matrix<float> at;
        calorimeter_positions(features, at);
        for (Index row = 0; row < features.rows(); ++row) {
            const auto seen = features.row(row).segment(features(row, 0) == 2 ? 6 : 2, 3);
            EXPECT_LE(std::abs(at(row, 0) - seen(0)), 0.15F + 1e-5F) << "the largest cells are 0.3 wide";
            EXPECT_LE((at.row(row).tail(2) - seen.tail(2)).norm(), 0.176F) << "and 20 degrees";
        }
    }
}

TEST(calorimeter_positions, are_finite_whatever_the_features_are) {
    constexpr double inf = std::numeric_limits<double>::infinity(),
                     nan = std::numeric_limits<double>::quiet_NaN();
    for (const Index columns : {12, 17})
        for (const double strange : {inf, -inf, nan, 1e300, -1e300, 0.0})
            for (const double type : {0.0, 1.0, 2.0, nan}) {
                Matrix<double> features = Matrix<double>::Constant(1, columns, strange), at;
                features(0, 0) = type;
                calorimeter_positions(features, at);
                EXPECT_TRUE(at.allFinite());
                EXPECT_LE(at.cwiseAbs().maxCoeff(), 7);
            }
}

}  // namespace
}  // namespace quench::trainer::mlpf

#include "trainer/mlpf/graph_layer.hpp"

#include "../nn/gradient.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace quench::trainer::mlpf {
namespace {

using nn::gradient_tolerance;
using nn::random_matrix;
using nn::span_of;
using nn::worst_gradient_error;

TEST(bins, every_row_is_in_one_bin_of_its_own_event) {
    const std::vector<Index> events = {0, 10, 10, 11, 43};
    const Matrix<double> points = random_matrix(43, 3, 1);
    const Matrix<double> codebook = random_matrix(3, 20, 2);
    const Bins bins = make_bins(points, codebook, events, 8);
    EXPECT_EQ(bins.begin, (std::vector<Index>{0, 8, 10, 11, 19, 27, 35, 43}));
    for (std::size_t e = 0; e + 1 < events.size(); ++e) {
        std::vector<Index> rows(bins.order.begin() + events[e], bins.order.begin() + events[e + 1]);
        std::ranges::sort(rows);
        std::vector<Index> expected(rows.size());
        std::iota(expected.begin(), expected.end(), events[e]);
        EXPECT_EQ(rows, expected);
    }
    Matrix<double> sorted, back;
    gather(points, bins, sorted);
    scatter(sorted, bins, back);
    EXPECT_EQ(back, points);
    EXPECT_FALSE(bins.in_order);
}

TEST(bins, the_hash_is_the_nearest_direction_and_equal_hashes_keep_their_order) {
    Matrix<double> codebook(1, 4);
    codebook << 1, 1, 1, 1;
    Matrix<double> points(6, 1);
    points << -1, 2, -3, 4, -5, 6;  // with two bins there is one direction: codes 1 0 1 0 1 0
    EXPECT_EQ(make_bins(points, codebook, {0, 6}, 3).order, (std::vector<Index>{1, 3, 5, 0, 2, 4}));
    EXPECT_EQ(make_bins(points, codebook, {0, 6}, 6).order, (std::vector<Index>{0, 1, 2, 3, 4, 5}));
}

// Positions in the middle of cells of 64 x 32, in any order, all over eta and phi.
Matrix<double> grid_of_positions() {
    const double cell = std::numbers::pi / 16;
    Matrix<double> positions(64 * 32, 3);
    for (Index i = 0; i < positions.rows(); ++i) {
        const Index place = i * 1237 % positions.rows();
        const double phi = (static_cast<double>(place / 64) + 0.5) * cell;
        positions.row(i) << (static_cast<double>(place % 64) - 31.5) * cell, std::sin(phi), std::cos(phi);
    }
    return positions;
}

TEST(bins, the_curve_goes_from_neighbour_to_neighbour_and_jumps_once) {
    const Matrix<double> positions = grid_of_positions();
    const Bins bins = make_bins(positions, Origin{}, {0, positions.rows()}, 64);
    EXPECT_FALSE(bins.in_order);
    int jumps = 0;
    for (std::size_t place = 0; place + 1 < bins.order.size(); ++place) {
        const auto a = positions.row(bins.order[place]), b = positions.row(bins.order[place + 1]);
        if ((a - b).norm() > 0.2) ++jumps;  // a cell is 0.196 wide
    }
    EXPECT_EQ(jumps, 1) << "over the half of the square that phi does not need";
}

TEST(bins, by_position_are_squares_if_the_elements_are_everywhere) {
    const Matrix<double> positions = grid_of_positions();
    const Bins bins = make_bins(positions, Origin{}, {0, positions.rows()}, 64);
    Matrix<double> sorted;
    gather(positions, bins, sorted);
    for (std::size_t bin = 0; bin + 1 < bins.begin.size(); ++bin) {
        const auto eta = sorted.middleRows(bins.begin[bin], 64).col(0);
        EXPECT_NEAR(eta.maxCoeff() - eta.minCoeff(), 7 * std::numbers::pi / 16, 1e-9) << "eight cells";
    }
}

TEST(bins, another_origin_cuts_elsewhere) {
    const Matrix<double> positions = grid_of_positions();
    const auto order = [&](Origin origin) {
        return make_bins(positions, origin, {0, positions.rows()}, 64).order;
    };
    EXPECT_NE(order(Origin{}), order({.eta = 0.5, .phi = 0}));
    EXPECT_NE(order(Origin{}), order({.eta = 0, .phi = 3}));
    EXPECT_EQ(order(Origin{}), order({.eta = 0, .phi = 4 * std::numbers::pi})) << "whole turns are none";
}

struct Case {
    const char* name;
    GraphLayerShape shape;
};

class LayerGradients : public testing::TestWithParam<Case> {};

TEST_P(LayerGradients, agree_with_central_differences) {
    nn::Parameters<double> parameters(3);
    const GraphLayer<double> layer(parameters, "layer", GetParam().shape);
    const std::vector<Index> events = {0, 11, 20};
    Matrix<double> x = random_matrix(20, GetParam().shape.width, 4);
    const Matrix<double> weight = random_matrix(20, GetParam().shape.width, 5);
    const Matrix<double> positions = random_matrix(20, 3, 6);
    // Larger weights than a network begins with, so that no term is too small to be checked.
    base::Rng rng(7, "test.weights");
    for (double& value : parameters.values()) value = 4 * value + 0.2 * rng.normal();

    using Binning = GraphLayer<double>::Binning;
    GraphLayer<double>::Cache cache;
    (void)layer.forward(parameters, x, events, cache, Binning::anew, {}, &positions);
    const auto f = [&] {
        return layer.forward(parameters, x, events, cache, Binning::frozen, {}, &positions)
            .cwiseProduct(weight)
            .sum();
    };
    (void)f();
    nn::Gradients<double> gradients(parameters);
    GraphLayer<double>::Scratch scratch;
    Matrix<double> dx = Matrix<double>::Zero(x.rows(), x.cols());
    layer.backward(parameters, cache, weight, gradients, scratch, dx);
    const double by_parameters = worst_gradient_error(parameters.values(), gradients.all(), f);
    const double by_input = worst_gradient_error(span_of(x), span_of(dx), f);
    RecordProperty("by_parameters", std::to_string(by_parameters * 1e9) + "e-9");
    EXPECT_LE(by_parameters, gradient_tolerance);
    EXPECT_LE(by_input, gradient_tolerance);
}

constexpr GraphLayerShape small{
    .width = 6, .distance_dim = 3, .distance_hidden = 5, .bin_size = 4, .dist_mult = 0.7};

GraphLayerShape with(auto change) {
    GraphLayerShape shape = small;
    change(shape);
    return shape;
}

INSTANTIATE_TEST_SUITE_P(
    graph_layer, LayerGradients,
    testing::Values(
        Case{"normalized", small}, Case{"raw_degrees", with([](auto& s) { s.normalize_degrees = false; })},
        Case{"layer_norm", with([](auto& s) { s.layer_norm = true; })},
        Case{"elu_of_distance", with([](auto& s) { s.distance_activation = nn::Activation::elu; })},
        Case{"three_messages", with([](auto& s) { s.messages = 3; })},
        Case{"by_position", with([](auto& s) { s.position_scale = 0.5; })},
        Case{"clipped", with([](auto& s) { s.clip_low = 0.3; })},
        Case{"one_bin", with([](auto& s) { s.bin_size = 64; })}, Case{"bins_of_one", with([](auto& s) {
                                                                          s.bin_size = 1;
                                                                          s.distance_layers = 0;
                                                                      })},
        Case{"deep_distance", with([](auto& s) { s.distance_layers = 3; })}),
    [](const auto& test) { return test.param.name; });

TEST(graph_layer, does_not_mix_events) {
    nn::Parameters<double> parameters(3);
    const GraphLayer<double> layer(parameters, "layer", small);
    const Matrix<double> x = random_matrix(20, small.width, 4);
    GraphLayer<double>::Cache cache;
    const Matrix<double> both = layer.forward(parameters, x, {0, 9, 20}, cache);
    EXPECT_TRUE(both.topRows(9).isApprox(layer.forward(parameters, x.topRows(9), {0, 9}, cache), 1e-12));
    EXPECT_TRUE(
        both.bottomRows(11).isApprox(layer.forward(parameters, x.bottomRows(11), {0, 11}, cache), 1e-12));
}

TEST(graph_layer, in_one_bin_the_order_of_elements_does_not_matter) {
    GraphLayerShape shape = small;
    shape.bin_size = 32;
    nn::Parameters<double> parameters(3);
    const GraphLayer<double> layer(parameters, "layer", shape);
    const Matrix<double> x = random_matrix(20, shape.width, 4);
    GraphLayer<double>::Cache cache;
    const Matrix<double> y = layer.forward(parameters, x, {0, 20}, cache);
    const Matrix<double> reversed = layer.forward(parameters, x.colwise().reverse(), {0, 20}, cache);
    EXPECT_TRUE(reversed.isApprox(y.colwise().reverse(), 1e-12));
}

}  // namespace
}  // namespace quench::trainer::mlpf

#include "trainer/reference/graph_layer.hpp"

#include "compare.hpp"
#include "trainer/mlpf/graph_layer.hpp"

namespace quench::trainer::reference {
namespace {

using mlpf::GraphLayerShape;

constexpr GraphLayerShape plain{
    .width = 6, .distance_dim = 3, .distance_hidden = 5, .bin_size = 8, .dist_mult = 0.7};

GraphLayerShape with(auto change) {
    GraphLayerShape shape = plain;
    change(shape);
    return shape;
}

// Every option, alone and together, and bins of one row up to more than an event.
std::vector<GraphLayerShape> shapes() {
    return {plain,
            with([](auto& s) { s.normalize_degrees = false; }),
            with([](auto& s) { s.clip_low = 0.3; }),
            with([](auto& s) { s.bin_size = 1; }),
            with([](auto& s) { s.bin_size = 3; }),
            with([](auto& s) { s.bin_size = 1000; }),
            with([](auto& s) {
                s.messages = 3;
                s.distance_layers = 0;
            }),
            with([](auto& s) {
                s.width = 19;
                s.distance_dim = 11;
                s.distance_layers = 3;
                s.distance_activation = nn::Activation::elu;
                s.messages = 2;
                s.layer_norm = true;
                s.normalize_degrees = false;
                s.dist_mult = 0.1;
            })};
}

GraphOptions options_of(const GraphLayerShape& s) {
    return {.bin_size = static_cast<std::size_t>(s.bin_size),
            .messages = static_cast<std::size_t>(s.messages),
            .dist_mult = s.dist_mult,
            .clip_low = s.clip_low,
            .normalize_degrees = s.normalize_degrees,
            .layer_norm = s.layer_norm,
            .distance = s.distance_activation == nn::Activation::elu ? Last::elu : Last::linear};
}

template <class Scalar>
class reference_graph_layer : public InBothPrecisions<Scalar> {};
TYPED_TEST_SUITE(reference_graph_layer, Precisions);

TYPED_TEST(reference_graph_layer, the_fast_layer_agrees_on_stacked_events_forward_and_backward) {
    using Scalar = TypeParam;
    for (const GraphLayerShape& shape : shapes())
        for (const auto& sizes : event_sizes()) {
            SCOPED_TRACE("bin_size " + std::to_string(shape.bin_size) + ", events " +
                         testing::PrintToString(sizes));
            nn::Parameters<Scalar> parameters(3);
            const mlpf::GraphLayer<Scalar> layer(parameters, "g", shape);
            disturb(parameters);
            Arrays arrays = arrays_of(parameters);
            arrays["g.codebook"] = table_of(layer.codebook());
            const std::vector<Index> begin = stacked(sizes);
            const nn::Matrix<Scalar> x = random<Scalar>(begin.back(), shape.width, 4);
            const nn::Matrix<Scalar> dy = random<Scalar>(begin.back(), shape.width, 5);
            const Table rows = table_of(x), d_rows = table_of(dy);

            typename mlpf::GraphLayer<Scalar>::Cache cache;
            const Table y = table_of(layer.forward(parameters, x, begin, cache));
            // What the reference fills events up with must not matter either.
            for (const double padding : {0.0, 5.0})
                EXPECT_LE(difference(y, each_event(begin,
                                                   [&](std::size_t e) {
                                                       return graph_layer(arrays, "g",
                                                                          event_of(rows, begin, e),
                                                                          options_of(shape), padding);
                                                   })),
                          layer_tolerance<Scalar>);

            if (begin.back() == 0) continue;
            nn::Gradients<Scalar> gradients(parameters);
            typename mlpf::GraphLayer<Scalar>::Scratch scratch;
            nn::Matrix<Scalar> dx = nn::Matrix<Scalar>::Zero(x.rows(), x.cols());
            layer.backward(parameters, cache, dy, gradients, scratch, dx);
            Arrays slow;
            const Table slow_dx = each_event(begin, [&](std::size_t e) {
                return graph_layer_backward(arrays, "g", event_of(rows, begin, e), options_of(shape),
                                            event_of(d_rows, begin, e), slow);
            });
            EXPECT_LE(gradient_difference(dx, slow_dx), gradient_tolerance<Scalar>);
            EXPECT_LE(gradient_difference(parameters, gradients, slow), gradient_tolerance<Scalar>);
        }
}

TEST(reference_bins, masked_rows_come_last_and_the_others_as_in_the_fast_path) {
    const nn::Matrix<double> codebook = nn::random_matrix(3, 20, 2);
    // In a single bin the order does not matter, and the fast path keeps it.
    for (const Index rows : {9, 16, 17, 23, 24, 40, 75}) {
        const nn::Matrix<double> points = nn::random_matrix(rows, 3, static_cast<std::uint64_t>(rows));
        const mlpf::Bins fast = mlpf::make_bins(points, codebook, {0, rows}, 8);
        Table padded = table_of(points);
        Mask mask(padded.size(), true);
        while (padded.size() % 8 != 0) {
            padded.push_back(Row(3, 0.0));
            mask.push_back(false);
        }
        auto slow = bin_order(padded, mask, table_of(codebook), 8);
        for (std::size_t p = static_cast<std::size_t>(rows); p < slow.size(); ++p)
            EXPECT_FALSE(mask[slow[p]]);
        slow.resize(static_cast<std::size_t>(rows));
        EXPECT_EQ(std::vector<std::size_t>(fast.order.begin(), fast.order.end()), slow);
    }
}

TEST(reference_kernel, has_its_values) {
    const GraphOptions options{.dist_mult = 0.4, .clip_low = 0.1};
    const Table a = kernel({{0, 0}, {3, 4}, {0, 100}, {1, 1}}, {true, true, true, false}, options);
    EXPECT_DOUBLE_EQ(a[0][1], std::exp(-2.0));
    EXPECT_EQ(a[0][2], 0.1);
    EXPECT_DOUBLE_EQ(a[0][0], std::exp(-0.4e-3)) << "the root is of 1e-6 at least";
    EXPECT_EQ(a[0][3], 0);
    EXPECT_EQ(a[3][3], 0);
}

}  // namespace
}  // namespace quench::trainer::reference

#include "trainer/reference/attention.hpp"

#include "compare.hpp"
#include "trainer/mlpf/kernel_attention.hpp"
#include "trainer/mlpf/transformer.hpp"

namespace quench::trainer::reference {
namespace {

using mlpf::AttentionShape;

constexpr AttentionShape shapes[] = {{.width = 4, .heads = 3, .features = 6},
                                     {.width = 1, .heads = 1, .features = 1},
                                     {.width = 9, .heads = 2, .features = 5}};

// The reference is given P itself; the fast path keeps it with d^(-1/4).
template <class Scalar>
Table projection_of(const nn::Matrix<Scalar>& scaled) {
    return table_of((scaled.template cast<double>() * std::pow(double(scaled.cols()), 0.25)).eval());
}

template <class Scalar>
class reference_attention : public InBothPrecisions<Scalar> {};
TYPED_TEST_SUITE(reference_attention, Precisions);

TYPED_TEST(reference_attention, the_fast_one_agrees_on_stacked_events_forward_and_backward) {
    using Scalar = TypeParam;
    for (const AttentionShape& shape : shapes)
        for (const auto& sizes : event_sizes()) {
            SCOPED_TRACE("width " + std::to_string(shape.width) + ", events " +
                         testing::PrintToString(sizes));
            nn::Parameters<Scalar> parameters(7);
            const mlpf::KernelAttention<Scalar> attention(parameters, "a", shape);
            disturb(parameters);
            Arrays arrays = arrays_of(parameters);
            arrays["a.projection"] = projection_of(attention.projection());
            const std::vector<Index> begin = stacked(sizes);
            const auto heads = static_cast<std::size_t>(shape.heads);
            const nn::Matrix<Scalar> q = random<Scalar>(begin.back(), shape.width, 1);
            const nn::Matrix<Scalar> x = random<Scalar>(begin.back(), shape.width, 2);
            const nn::Matrix<Scalar> dy = random<Scalar>(begin.back(), shape.width, 3);
            const Table q_rows = table_of(q), rows = table_of(x), d_rows = table_of(dy);

            typename mlpf::KernelAttention<Scalar>::Cache cache;
            const Table y = table_of(attention.forward(parameters, q, x, begin, cache));
            EXPECT_LE(difference(y, each_event(begin,
                                               [&](std::size_t e) {
                                                   const Table own = event_of(rows, begin, e);
                                                   return reference::attention(arrays, "a", heads,
                                                                               event_of(q_rows, begin, e),
                                                                               own, Mask(own.size(), true));
                                               })),
                      layer_tolerance<Scalar>);

            if (begin.back() == 0) continue;
            nn::Gradients<Scalar> gradients(parameters);
            nn::Matrix<Scalar> dq = nn::Matrix<Scalar>::Zero(x.rows(), x.cols()), dx = dq, d = dy;
            attention.backward(parameters, q, x, begin, cache, d, gradients, dq, dx);
            Arrays slow;
            Table slow_dx;
            const Table slow_dq = each_event(begin, [&](std::size_t e) {
                const auto out =
                    attention_backward(arrays, "a", heads, event_of(q_rows, begin, e),
                                       event_of(rows, begin, e), event_of(d_rows, begin, e), slow);
                slow_dx.insert(slow_dx.end(), out.x.begin(), out.x.end());
                return out.x_q;
            });
            EXPECT_LE(gradient_difference(dq, slow_dq), gradient_tolerance<Scalar>);
            EXPECT_LE(gradient_difference(dx, slow_dx), gradient_tolerance<Scalar>);
            EXPECT_LE(gradient_difference(parameters, gradients, slow), gradient_tolerance<Scalar>);
        }
}

TYPED_TEST(reference_attention, masked_rows_are_as_good_as_none) {
    using Scalar = TypeParam;
    nn::Parameters<Scalar> parameters(7);
    const mlpf::KernelAttention<Scalar> attention(parameters, "a", shapes[0]);
    disturb(parameters);
    Arrays arrays = arrays_of(parameters);
    arrays["a.projection"] = projection_of(attention.projection());
    const nn::Matrix<Scalar> x = random<Scalar>(11, 4, 2);
    typename mlpf::KernelAttention<Scalar>::Cache cache;
    const Table y = table_of(attention.forward(parameters, x, x, {0, 11}, cache));
    Table padded = table_of(x);
    Mask mask(padded.size(), true);
    for (int i = 0; i < 6; ++i) {
        padded.push_back(Row(4, 3.0));
        mask.push_back(false);
    }
    Table slow = reference::attention(arrays, "a", 3, padded, padded, mask);
    slow.resize(11);
    EXPECT_LE(difference(y, slow), layer_tolerance<Scalar>);
}

TYPED_TEST(reference_attention, the_blocks_of_the_transformer_agree) {
    using Scalar = TypeParam;
    using Layer = mlpf::KernelEncoder<Scalar>;
    for (const AttentionShape& shape : shapes)
        for (const auto queries : {Layer::Queries::own, Layer::Queries::learned})
            for (const bool residual : {false, true}) {
                nn::Parameters<Scalar> parameters(7);
                const Layer layer(parameters, "t", {.attention = shape, .ffn_residual = residual}, queries);
                disturb(parameters);
                Arrays arrays = arrays_of(parameters);
                arrays["t.attention.projection"] = projection_of(layer.projection());
                const std::vector<Index> begin = stacked({13, 1, 0, 8});
                const nn::Matrix<Scalar> x = random<Scalar>(begin.back(), shape.width, 1);
                const Table rows = table_of(x);
                typename Layer::Cache cache;
                const Table y = table_of(layer.forward(parameters, x, begin, cache));
                EXPECT_LE(difference(y, each_event(begin,
                                                   [&](std::size_t e) {
                                                       const Table own = event_of(rows, begin, e);
                                                       return transformer_layer(
                                                           arrays, "t", static_cast<std::size_t>(shape.heads),
                                                           residual, own, Mask(own.size(), true));
                                                   })),
                          layer_tolerance<Scalar>);
            }
}

}  // namespace
}  // namespace quench::trainer::reference

#include "trainer/reference/network.hpp"

#include "../mlpf/example.hpp"
#include "compare.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/mlpf/presets.hpp"

#include <functional>
#include <limits>

namespace quench::trainer::reference {
namespace {

using mlpf::Hyperparameters;

Hyperparameters of_preset(const char* name) {
    Hyperparameters h = *mlpf::preset(name);
    // Narrower, so that plain loops come to an end; the make-up stays.
    h.graph.width = std::min<Index>(h.graph.width, 12);
    h.graph.distance_dim = h.graph.distance_hidden = 6;
    h.graph.bin_size = 8;
    h.encoding_hidden = 10;
    h.heads.hidden = 8;
    h.heads_of_attention = 2;
    h.random_features = 7;
    return h;
}

struct Case {
    std::string name;
    Hyperparameters hyper;
};

std::vector<Case> cases() {
    std::vector<Case> out;
    for (const char* name : {"quick", "clic_tuned", "clic_before", "delphes", "delphes_bench",
                             "transformer_tuned", "transformer_before"})
        out.push_back({name, of_preset(name)});
    const auto add = [&](const std::string& name, const std::function<void(Hyperparameters&)>& change) {
        out.push_back({name, of_preset("quick")});
        change(out.back().hyper);
    };
    add("mlp", [](auto& h) { h.model = mlpf::Model::mlp; });
    add("mlp_concat", [](auto& h) {
        h.model = mlpf::Model::mlp;
        h.stacking = mlpf::Stacking::concat;
        h.reg_layers = 3;
    });
    add("concat_with_skip", [](auto& h) {
        h.stacking = mlpf::Stacking::concat;
        h.skip_connection = true;
        h.id_layers = 3;
    });
    add("additive_with_skip", [](auto& h) { h.skip_connection = true; });
    add("log_ratio", [](auto& h) { h.loss.targets = mlpf::Targets::log_ratio; });
    add("pt_direct", [](auto& h) { h.heads.pt_correction = false; });
    add("deep_heads", [](auto& h) {
        h.heads.layers = 0;
        h.heads.id_layers = 3;
        h.heads.id_hidden = 5;
        h.heads.charge_layers = 2;
        h.heads.halving = h.heads.layer_norm = true;
    });
    add("transformer_with_residual", [](auto& h) {
        h.model = mlpf::Model::transformer;
        h.ffn_residual = true;
        h.encoder_layers = 2;
        h.id_layers = 3;
        h.reg_layers = 1;
    });
    return out;
}

template <class Scalar>
void add_fixed(Arrays& arrays, const mlpf::Network<Scalar>& network) {
    const auto codebooks = [&](const char* stack, const auto& layers) {
        for (std::size_t i = 0; i < layers.size(); ++i)
            arrays[std::string(stack) + "." + std::to_string(i) + ".codebook"] =
                table_of(layers[i].codebook());
    };
    codebooks("classification", network.classification_graphs());
    codebooks("regression", network.regression_graphs());
    if (network.transformer() == nullptr) return;
    const auto projections = [&](const char* stack, const auto& layers) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const auto p = layers[i].projection().template cast<double>().eval();
            arrays[std::string(stack) + "." + std::to_string(i) + ".attention.projection"] =
                table_of((p * std::pow(double(p.cols()), 0.25)).eval());
        }
    };
    projections("encoder", network.transformer()->encoder().layers);
    projections("classification", network.transformer()->id().layers);
    projections("regression", network.transformer()->reg().layers);
}

// 17 columns as CLIC has them, from the 12 of the example.
template <class Scalar>
void widen(mlpf::Batch<Scalar>& batch, Index columns) {
    const Index old = batch.features.cols();
    batch.features.conservativeResize(Eigen::NoChange, columns);
    for (Index c = old; c < columns; ++c)
        batch.features.col(c) = random<Scalar>(batch.rows(), 1, static_cast<std::uint64_t>(c)).cwiseAbs();
}

template <class Scalar>
class reference_network : public InBothPrecisions<Scalar> {};
TYPED_TEST_SUITE(reference_network, Precisions);

TYPED_TEST(reference_network, every_fast_network_agrees_on_stacked_events) {
    using Scalar = TypeParam;
    for (const Case& each : cases())
        for (const Index columns : {12, 17})
            for (const auto& sizes : {std::vector<Index>{}, {1}, {30}, {3, 0, 17, 8, 1, 25}}) {
                SCOPED_TRACE(each.name + ", events " + testing::PrintToString(sizes));
                nn::Parameters<Scalar> parameters(5);
                mlpf::Network<Scalar> network(parameters, each.hyper, columns);
                disturb(parameters, 0.1);
                auto batch = mlpf::example_batch<Scalar>(sizes, 2);
                if (columns > batch.features.cols()) widen(batch, columns);
                Arrays arrays = arrays_of(parameters);
                add_fixed(arrays, network);
                if (each.hyper.standardize && batch.rows() > 0) {
                    nn::Matrix<Scalar> encoded;
                    mlpf::encode(each.hyper.encoding, batch.features, encoded);
                    const auto standardization = mlpf::standardization_of(encoded);
                    network.set_standardization(standardization);
                    arrays["standardization.mean"] = table_of(standardization.mean);
                    arrays["standardization.scale"] = table_of(standardization.scale);
                }
                typename mlpf::Network<Scalar>::Cache cache;
                const auto& fast = network.forward(parameters, batch, cache);
                const Table features = table_of(batch.features);
                Outputs slow;
                for (std::size_t e = 0; e < sizes.size(); ++e) {
                    const Outputs one =
                        reference::network(each.hyper, arrays, event_of(features, batch.begin, e));
                    slow.logits.insert(slow.logits.end(), one.logits.begin(), one.logits.end());
                    slow.charge.insert(slow.charge.end(), one.charge.begin(), one.charge.end());
                    slow.momentum.insert(slow.momentum.end(), one.momentum.begin(), one.momentum.end());
                }
                EXPECT_LE(difference(fast.logits, slow.logits), network_tolerance<Scalar>);
                EXPECT_LE(difference(fast.charge, slow.charge), network_tolerance<Scalar>);
                EXPECT_LE(difference(fast.momentum, slow.momentum), network_tolerance<Scalar>);
            }
}

TYPED_TEST(reference_network, an_event_has_one_output_whatever_it_is_stacked_with) {
    using Scalar = TypeParam;
    for (const Case& each : cases()) {
        SCOPED_TRACE(each.name);
        nn::Parameters<Scalar> parameters(5);
        const mlpf::Network<Scalar> network(parameters, each.hyper, 12);
        const auto stack = mlpf::example_batch<Scalar>({21, 1, 13, 8}, 2);
        typename mlpf::Network<Scalar>::Cache cache, alone;
        const auto& all = network.forward(parameters, stack, cache);
        for (std::size_t e = 0; e + 1 < stack.begin.size(); ++e) {
            const Index first = stack.begin[e], rows = stack.begin[e + 1] - first;
            mlpf::Batch<Scalar> one;
            one.features = stack.features.middleRows(first, rows);
            one.targets = stack.targets.middleRows(first, rows);
            one.begin = {0, rows};
            one.numbers = {stack.numbers[e]};
            const auto& out = network.forward(parameters, one, alone);
            EXPECT_LE(difference(table_of(out.logits), table_of(all.logits.middleRows(first, rows))),
                      network_tolerance<Scalar>);
            EXPECT_LE(difference(table_of(out.momentum), table_of(all.momentum.middleRows(first, rows))),
                      network_tolerance<Scalar>);
        }
    }
}

TYPED_TEST(reference_network, encodings_agree_on_values_that_are_not_sensible) {
    using Scalar = TypeParam;
    constexpr Scalar infinite = std::numeric_limits<Scalar>::infinity();
    constexpr Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
    for (const Index columns : {12, 17})
        for (const auto encoding : {mlpf::Encoding::raw, mlpf::Encoding::logs}) {
            nn::Matrix<Scalar> features = Scalar(1e3) * random<Scalar>(60, columns, 1);
            const Scalar strange[] = {infinite, -infinite, nan, Scalar(1e30), Scalar(-1e30), Scalar(0)};
            for (Index i = 0; i < features.rows(); ++i) {
                features(i, 0) = static_cast<Scalar>(i % 5) - Scalar(1);
                features(i, 1 + i % (columns - 1)) = strange[i % 6];
            }
            features(0, 0) = nan;
            nn::Matrix<Scalar> fast;
            mlpf::encode(encoding, features, fast);
            EXPECT_LE(difference(fast, encode(encoding, table_of(features))), 1e-7);
        }
}

}  // namespace
}  // namespace quench::trainer::reference

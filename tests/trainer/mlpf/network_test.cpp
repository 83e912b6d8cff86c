#include "trainer/mlpf/network.hpp"

#include "../nn/gradient.hpp"
#include "example.hpp"
#include "trainer/mlpf/presets.hpp"
#include "trainer/mlpf/some_rows.hpp"

#include <algorithm>
#include <functional>

namespace quench::trainer::mlpf {
namespace {

Hyperparameters small() {
    Hyperparameters hyper;
    hyper.graph = {
        .width = 7, .distance_dim = 3, .distance_hidden = 5, .messages = 2, .bin_size = 6, .dist_mult = 0.5};
    hyper.encoding_hidden = 6;
    hyper.heads.hidden = 5;
    hyper.heads.start_at_element = false;  // corrections of 0 would hide what is behind them
    return hyper;
}

struct Case {
    const char* name;
    Hyperparameters hyper;
};

Case with(const char* name, auto change) {
    Hyperparameters hyper = small();
    change(hyper);
    return {name, hyper};
}

// Dropout, where a case has any, drops the same entries in every pass.
constexpr nn::DropoutKey dropout{.seed = 11, .step = 4};

class WholeNetwork : public testing::TestWithParam<Case> {};

TEST_P(WholeNetwork, gradients_agree_with_central_differences) {
    // The logits enter the momentum heads without gradient, so the two losses are checked apart: that of the
    // classes for every parameter, that of the momenta here for those that no logit depends on (the
    // regression stack and the momentum heads), and in the next test for all before the class head.
    nn::Parameters<double> parameters(5);
    const Hyperparameters hyper = GetParam().hyper;
    const Network<double> network(parameters, hyper, feature_columns);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    const LossSums counts = count(batch);
    Network<double>::Cache cache;
    (void)network.forward(parameters, batch, cache);
    const auto gradients = [&](bool classes_too, bool momenta_too) {
        // Anew: the cache may be that of a changed parameter.
        (void)network.forward(parameters, batch, cache, Network<double>::Binning::frozen, dropout);
        Outputs<double> d;
        (void)loss(hyper.loss, cache.heads.outputs, batch, counts, &d);
        if (!classes_too) d.logits.setZero();
        if (!classes_too) d.charge.setZero();
        if (!momenta_too) d.momentum.setZero();
        nn::Gradients<double> found(parameters);
        network.backward(parameters, batch, cache, d, found);
        return std::vector<double>(found.all().begin(), found.all().end());
    };
    const auto loss_of = [&](bool classes_too, bool momenta_too) {
        LossSums sums =
            loss(hyper.loss,
                 network.forward(parameters, batch, cache, Network<double>::Binning::frozen, dropout), batch);
        if (!classes_too) sums.classification = sums.charge = 0;
        if (!momenta_too) sums.regression = 0;
        sums.padded = counts.padded;
        return sums.total(hyper.loss);
    };
    const std::vector<double> by_class = gradients(true, false);
    const double class_error =
        nn::worst_gradient_error(parameters.values(), by_class, [&] { return loss_of(true, false); });
    RecordProperty("class_error", std::to_string(class_error * 1e9) + "e-9");
    EXPECT_LE(class_error, nn::gradient_tolerance);

    const std::vector<double> by_momentum = gradients(false, true);
    // Parameters that the logits do not depend on have exactly no gradient of the class loss.
    constexpr double h = 1e-5;
    double worst = 0, largest = 0;
    std::size_t tried = 0;
    for (std::size_t i = 0; i < by_momentum.size(); ++i) {
        if (by_class[i] != 0) continue;
        const double error = [&] {
            double& value = parameters.values()[i];
            const double saved = value;
            value = saved + h;
            const double up = loss_of(false, true);
            value = saved - h;
            const double down = loss_of(false, true);
            value = saved;
            const double numeric = (up - down) / (2 * h);
            largest = std::max(largest, std::abs(numeric));
            return std::abs(numeric - by_momentum[i]);
        }();
        worst = std::max(worst, error);
        ++tried;
    }
    EXPECT_GT(tried, 300U);
    RecordProperty("momentum_error", std::to_string(worst / largest * 1e9) + "e-9");
    EXPECT_LE(worst / largest, nn::gradient_tolerance);
}

TEST_P(WholeNetwork, gradients_of_the_momenta_reach_the_encoding_through_both_stacks) {
    // A class head whose last layer is 0 has logits of 0 whatever the rest is: then the logits carry nothing,
    // and the gradient of the momentum loss is that of every parameter before the class head.
    nn::Parameters<double> parameters(5);
    const Hyperparameters hyper = GetParam().hyper;
    const Network<double> network(parameters, hyper, feature_columns);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    const LossSums counts = count(batch);
    Network<double>::Cache cache;
    (void)network.forward(parameters, batch, cache);
    const auto values = parameters.values();
    const auto& entries = parameters.entries();
    std::size_t first = 0, last_of_class_head = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (first == 0 && entries[i].name.starts_with("classes."))
            first = static_cast<std::size_t>(entries[i].slice.offset);
        if (entries[i].name.starts_with("classes.")) last_of_class_head = i;
    }
    for (const std::size_t i : {last_of_class_head - 1, last_of_class_head})  // weights and bias
        parameters.value(entries[i].slice).setZero();
    (void)network.forward(parameters, batch, cache);
    ASSERT_EQ(cache.heads.outputs.logits.cwiseAbs().maxCoeff(), 0.0);

    Outputs<double> d;
    (void)loss(hyper.loss, cache.heads.outputs, batch, counts, &d);
    d.logits.setZero();
    d.charge.setZero();
    nn::Gradients<double> found(parameters);
    network.backward(parameters, batch, cache, d, found);
    const auto f = [&] {
        LossSums sums =
            loss(hyper.loss,
                 network.forward(parameters, batch, cache, Network<double>::Binning::frozen, dropout), batch);
        sums.classification = sums.charge = 0;
        sums.padded = counts.padded;
        return sums.total(hyper.loss);
    };
    const double error = nn::worst_gradient_error(values.first(first), found.all().first(first), f);
    RecordProperty("momentum_error", std::to_string(error * 1e9) + "e-9");
    EXPECT_LE(error, nn::gradient_tolerance);
}

TEST_P(WholeNetwork, has_as_many_parameters_as_counted) {
    for (const Index layers : {1, 3}) {
        Hyperparameters hyper = GetParam().hyper;
        hyper.id_layers = layers;
        hyper.reg_layers = 2;
        hyper.heads.layers = layers - 1;
        hyper.graph.distance_layers = layers - 1;
        nn::Parameters<double> parameters(5);
        const Network<double> network(parameters, hyper, feature_columns);
        EXPECT_EQ(static_cast<double>(parameters.size()), parameter_count(hyper, feature_columns));
    }
}

TEST_P(WholeNetwork, how_events_are_split_into_batches_does_not_change_loss_or_gradient) {
    nn::Parameters<double> parameters(5);
    const Hyperparameters hyper = GetParam().hyper;
    const Network<double> network(parameters, hyper, feature_columns);
    const Batch<double> whole = example_batch<double>({14, 9, 20}, 2);
    using Binning = Network<double>::Binning;
    const LossSums counts = count(whole);
    const auto run = [&](const std::vector<Batch<double>>& parts) {
        LossSums sums;
        Network<double>::Cache cache;
        nn::Gradients<double> found(parameters);
        for (const auto& part : parts) {
            Outputs<double> d;
            sums += loss(hyper.loss, network.forward(parameters, part, cache, Binning::anew, dropout), part,
                         counts, &d);
            network.backward(parameters, part, cache, d, found);
        }
        sums.padded = counts.padded;
        std::vector<double> gradient(found.all().begin(), found.all().end());
        return std::pair(sums.total(hyper.loss), gradient);
    };
    const auto part = [&](Index first, Index rows, std::vector<Index> begin, std::size_t event) {
        std::vector<std::uint64_t> numbers(
            whole.numbers.begin() + static_cast<std::ptrdiff_t>(event),
            whole.numbers.begin() + static_cast<std::ptrdiff_t>(event + begin.size() - 1));
        return Batch<double>{whole.features.middleRows(first, rows), whole.targets.middleRows(first, rows),
                             std::move(begin), std::move(numbers)};
    };
    const auto [one_loss, one] = run({whole});
    const auto [two_loss, two] = run({part(0, 14, {0, 14}, 0), part(14, 29, {0, 9, 29}, 1)});
    EXPECT_NEAR(one_loss, two_loss, 1e-12 * std::abs(one_loss));
    for (std::size_t i = 0; i < one.size(); ++i) ASSERT_NEAR(one[i], two[i], 1e-10);
}

TEST_P(WholeNetwork, inference_some_rows_at_a_time_says_what_the_forward_pass_says) {
    nn::Parameters<double> parameters(5);
    const Network<double> network(parameters, GetParam().hyper, feature_columns);
    Network<double>::Cache cache;
    Network<double>::Space space;
    const auto worst = [](const Matrix<double>& a, const Matrix<double>& b) {
        return (a - b).cwiseAbs().maxCoeff() / (1 + b.cwiseAbs().maxCoeff());
    };
    // One space for all: a large event must leave nothing behind for a small one.
    for (const Index rows :
         {Index{1}, rows_at_once - 1, 2 * rows_at_once + 5, Index{6}, rows_at_once, Index{3}}) {
        const Batch<double> batch = example_batch<double>({rows}, 2 + static_cast<std::uint64_t>(rows));
        const Outputs<double>& expected = network.forward(parameters, batch, cache);
        const Outputs<double>& found = network.infer(parameters, batch.features, space);
        ASSERT_EQ(found.logits.rows(), rows);
        EXPECT_LE(worst(found.logits, expected.logits), 1e-12) << rows;
        EXPECT_LE(worst(found.charge, expected.charge), 1e-12) << rows;
        EXPECT_LE(worst(found.momentum, expected.momentum), 1e-12) << rows;
    }
}

INSTANTIATE_TEST_SUITE_P(network, WholeNetwork,
                         testing::Values(with("gnn", [](auto&) {}),
                                         with("mlp", [](auto& h) { h.model = Model::mlp; }),
                                         with("clic_like",
                                              [](auto& h) {
                                                  h.encoding = Encoding::raw;
                                                  h.graph.layer_norm = h.heads.layer_norm = h.heads.halving =
                                                      true;
                                                  h.graph.normalize_degrees = false;
                                                  h.heads.id_hidden = 6;
                                                  h.heads.id_layers = 2;
                                                  h.heads.pt_correction = false;
                                              }),
                                         with("by_position",
                                              [](auto& h) {
                                                  h.encoding = Encoding::raw_and_logs;
                                                  h.graph.position_scale = 2;
                                                  h.loss.pt_power = 0.5;
                                              }),
                                         with("concat",
                                              [](auto& h) {
                                                  h.stacking = Stacking::concat;
                                                  h.skip_connection = h.heads.layer_norm = true;
                                              }),
                                         with("transformer",
                                              [](auto& h) {
                                                  h.model = Model::transformer;
                                                  h.encoder_layers = 2;
                                                  h.heads_of_attention = 2;
                                                  h.random_features = 9;
                                                  h.ffn_residual = true;
                                              }),
                                         with("published_transformer",
                                              [](auto& h) {
                                                  h.model = Model::transformer;
                                                  h.heads_of_attention = 3;
                                                  h.random_features = 4;
                                                  h.heads.layer_norm = true;
                                              }),
                                         with("log_ratio",
                                              [](auto& h) {
                                                  h.loss.targets = Targets::log_ratio;
                                                  h.loss.normalization = Normalization::padded;
                                              })),
                         [](const auto& test) { return test.param.name; });

// The table of the reference, which counts every array of the published models.
TEST(network, the_published_configurations_have_the_published_numbers_of_parameters) {
    const auto count_of = [](const char* name, Index columns) {
        const Hyperparameters hyper = *preset(name);
        nn::Parameters<float> parameters(1);
        const Network<float> network(parameters, hyper, columns);
        EXPECT_EQ(static_cast<double>(parameters.size()), parameter_count(hyper, columns));
        return parameters.size();
    };
    EXPECT_EQ(count_of("clic_tuned", 17), 5'468'815u);
    EXPECT_EQ(count_of("clic_before", 17), 5'604'495u);
    EXPECT_EQ(count_of("delphes", 12), 6'787'119u);
    // Published as about 0.293 and about 1.316 million; counted by hand from the layers.
    EXPECT_EQ(count_of("transformer_tuned", 17), 292'559u);
    EXPECT_EQ(count_of("transformer_before", 17), 1'316'367u);
}

TEST(network, may_begin_at_the_momenta_of_the_elements) {
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    for (const bool correction : {true, false}) {
        Hyperparameters hyper = small();
        hyper.heads.start_at_element = true;
        hyper.heads.pt_correction = correction;
        nn::Parameters<double> parameters(5);
        const Network<double> network(parameters, hyper, feature_columns);
        Network<double>::Cache cache;
        const Matrix<double>& momentum = network.forward(parameters, batch, cache).momentum;
        if (correction) {
            EXPECT_EQ(momentum.col(0), batch.features.col(feature::pt));
        }
        EXPECT_EQ(momentum.rightCols(4), batch.features.middleCols(feature::eta, 4));
    }
}

TEST(network, drops_in_training_alone) {
    nn::Parameters<double> parameters(5);
    Hyperparameters hyper = small();
    hyper.graph.dropout = hyper.heads.dropout = 0.5;
    const Network<double> network(parameters, hyper, feature_columns);
    hyper.graph.dropout = hyper.heads.dropout = 0;
    nn::Parameters<double> same(5);
    const Network<double> without(same, hyper, feature_columns);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    using Binning = Network<double>::Binning;
    Network<double>::Cache cache;
    const auto logits = [&](const auto& net, std::optional<nn::DropoutKey> key) {
        return Matrix<double>(net.forward(parameters, batch, cache, Binning::anew, key).logits);
    };
    EXPECT_EQ(logits(network, {}), logits(without, dropout));
    EXPECT_NE(logits(network, dropout), logits(network, {}));
    EXPECT_EQ(logits(network, dropout), logits(network, dropout));
    EXPECT_NE(logits(network, dropout), logits(network, nn::DropoutKey{.seed = 11, .step = 5}));
}

TEST(network, standardized_sees_the_same_whatever_the_units_are) {
    Hyperparameters hyper = small();
    hyper.encoding = Encoding::raw;
    nn::Parameters<double> parameters(5);
    Network<double> network(parameters, hyper, feature_columns);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    Batch<double> other = batch;
    other.features.rightCols(6) = 1000 * other.features.rightCols(6).array() - 3;  // not what heads correct
    const auto encoded_of = [&](const Batch<double>& seen) {
        Matrix<double> encoded;
        encode(hyper.encoding, seen.features, encoded);
        network.set_standardization(standardization_of(encoded));
        Network<double>::Cache cache;
        (void)network.forward(parameters, seen, cache);
        return cache.encoded;
    };
    const Matrix<double> one = encoded_of(batch), two = encoded_of(other);
    EXPECT_LT((one - two).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_EQ(one.leftCols(element_types).cwiseAbs().rowwise().sum().minCoeff(), 1.0);  // types stay
    for (Index column = element_types; column < one.cols(); ++column) {
        EXPECT_NEAR(one.col(column).mean(), 0.0, 1e-12);
        EXPECT_NEAR(one.col(column).squaredNorm() / static_cast<double>(one.rows()), 1.0, 1e-12);
    }
}

TEST(network, says_in_order_which_gradients_are_final) {
    nn::Parameters<double> parameters(5);
    const Hyperparameters hyper = small();
    const Network<double> network(parameters, hyper, feature_columns);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    Network<double>::Cache cache;
    Outputs<double> d;
    (void)loss(hyper.loss, network.forward(parameters, batch, cache), batch, count(batch), &d);
    nn::Gradients<double> gradients(parameters);
    std::vector<Index> offsets;
    std::vector<std::vector<double>> seen;
    network.backward(parameters, batch, cache, d, gradients, [&](Index offset) {
        offsets.push_back(offset);
        seen.emplace_back(gradients.all().begin() + offset, gradients.all().end());
    });
    ASSERT_EQ(offsets.size(), 6u);
    EXPECT_EQ(offsets.back(), 0);
    EXPECT_TRUE(std::ranges::is_sorted(offsets, std::greater<>()));
    for (std::size_t i = 0; i < offsets.size(); ++i)
        EXPECT_TRUE(
            std::ranges::equal(seen[i], gradients.all().subspan(static_cast<std::size_t>(offsets[i]))));
}

}  // namespace
}  // namespace quench::trainer::mlpf

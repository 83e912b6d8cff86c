#include "trainer/mlpf/network.hpp"

#include "../nn/gradient.hpp"
#include "example.hpp"

#include <algorithm>

namespace quench::trainer::mlpf {
namespace {

Hyperparameters small(Model model) {
    Hyperparameters hyper;
    hyper.model = model;
    hyper.graph = {
        .width = 7, .distance_dim = 3, .distance_hidden = 5, .messages = 2, .bin_size = 6, .dist_mult = 0.5};
    hyper.encoding_hidden = 6;
    hyper.head_hidden = 5;
    return hyper;
}

class WholeNetwork : public testing::TestWithParam<Model> {};

TEST_P(WholeNetwork, gradients_agree_with_central_differences) {
    // The logits enter the momentum heads without gradient, so the two losses are checked apart: that of the
    // classes for every parameter, that of the momenta here for those that no logit depends on (the
    // regression stack and the momentum heads), and in the next test for all before the class head.
    nn::Parameters<double> parameters(5);
    const Network<double> network(parameters, small(GetParam()));
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    const LossSums counts = count(batch);
    Network<double>::Cache cache;
    (void)network.forward(parameters, batch, cache);
    const auto gradients = [&](bool classes_too, bool momenta_too) {
        // Anew: the cache may be that of a changed parameter.
        (void)network.forward(parameters, batch, cache, Network<double>::Binning::frozen);
        Outputs<double> d = loss_gradient(cache.outputs, batch, counts);
        if (!classes_too) d.logits.setZero();
        if (!momenta_too) d.momentum.setZero();
        parameters.clear_gradients();
        network.backward(parameters, batch, Network<double>::Cache(cache), d);
        return std::vector<double>(parameters.gradients().begin(), parameters.gradients().end());
    };
    const auto loss_of = [&](bool classes_too, bool momenta_too) {
        LossSums sums =
            loss(network.forward(parameters, batch, cache, Network<double>::Binning::frozen), batch);
        if (!classes_too) sums.classification = 0;
        if (!momenta_too) sums.regression = 0;
        return sums.total();
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
    const Hyperparameters hyper = small(GetParam());
    const Network<double> network(parameters, hyper);
    const Batch<double> batch = example_batch<double>({14, 9}, 2);
    const LossSums counts = count(batch);
    Network<double>::Cache cache;
    (void)network.forward(parameters, batch, cache);
    // In the block the class head comes last but for the four momentum heads.
    const Index linear = hyper.head_hidden * classes + classes;
    const double all = parameter_count(hyper);
    double behind = 0;
    for (const auto& [in, out] : {std::pair<Index, Index>{hyper.graph.width + classes, 1},
                                  {hyper.graph.width + classes, 2},
                                  {2 * (hyper.graph.width + classes), 1},
                                  {2 * (hyper.graph.width + classes), 2}})
        behind +=
            static_cast<double>(in * hyper.head_hidden + hyper.head_hidden + hyper.head_hidden * out + out);
    const auto first = static_cast<std::size_t>(all - behind) - static_cast<std::size_t>(linear);
    const auto values = parameters.values();
    std::fill(values.begin() + first, values.begin() + first + linear, 0.0);
    (void)network.forward(parameters, batch, cache);
    ASSERT_EQ(cache.outputs.logits.cwiseAbs().maxCoeff(), 0.0);

    Outputs<double> d = loss_gradient(cache.outputs, batch, counts);
    d.logits.setZero();
    parameters.clear_gradients();
    network.backward(parameters, batch, Network<double>::Cache(cache), d);
    const auto f = [&] {
        LossSums sums =
            loss(network.forward(parameters, batch, cache, Network<double>::Binning::frozen), batch);
        sums.classification = 0;
        return sums.total();
    };
    const double error =
        nn::worst_gradient_error(values.first(first), parameters.gradients().first(first), f);
    RecordProperty("momentum_error", std::to_string(error * 1e9) + "e-9");
    EXPECT_LE(error, nn::gradient_tolerance);
}

TEST_P(WholeNetwork, has_as_many_parameters_as_counted) {
    for (const Index layers : {1, 3}) {
        Hyperparameters hyper = small(GetParam());
        hyper.layers = layers;
        hyper.head_layers = layers - 1;
        hyper.graph.distance_layers = layers - 1;
        nn::Parameters<double> parameters(5);
        const Network<double> network(parameters, hyper);
        EXPECT_EQ(static_cast<double>(parameters.size()), parameter_count(hyper));
    }
}

TEST_P(WholeNetwork, how_events_are_split_into_batches_does_not_change_loss_or_gradient) {
    nn::Parameters<double> parameters(5);
    const Network<double> network(parameters, small(GetParam()));
    const Batch<double> whole = example_batch<double>({14, 9, 20}, 2);
    const LossSums counts = count(whole);
    const auto run = [&](const std::vector<Batch<double>>& parts) {
        LossSums sums;
        Network<double>::Cache cache;
        parameters.clear_gradients();
        for (const auto& part : parts) {
            const auto& outputs = network.forward(parameters, part, cache);
            sums += loss(outputs, part);
            network.backward(parameters, part, cache, loss_gradient(outputs, part, counts));
        }
        std::vector<double> gradient(parameters.gradients().begin(), parameters.gradients().end());
        return std::pair(sums.total(), gradient);
    };
    const auto part = [&](Index first, Index rows, std::vector<Index> begin) {
        return Batch<double>{whole.features.middleRows(first, rows), whole.targets.middleRows(first, rows),
                             std::move(begin)};
    };
    const auto [one_loss, one] = run({whole});
    const auto [two_loss, two] = run({part(0, 14, {0, 14}), part(14, 29, {0, 9, 29})});
    EXPECT_NEAR(one_loss, two_loss, 1e-12 * std::abs(one_loss));
    for (std::size_t i = 0; i < one.size(); ++i) ASSERT_NEAR(one[i], two[i], 1e-10);
}

INSTANTIATE_TEST_SUITE_P(network, WholeNetwork, testing::Values(Model::gnn, Model::mlp),
                         [](const auto& test) { return test.param == Model::gnn ? "gnn" : "mlp"; });

}  // namespace
}  // namespace quench::trainer::mlpf

// mlpf-dump: one forward and backward pass of MLPF on generated events, with everything that went in and came
// out, for comparison with an independent implementation (mlpf_reference.py).
//
//   OUT/config.json            every hyperparameter by name, "precision", "loss" and its three sums
//   OUT/input/                 features, targets (rows x columns), begin (offsets of events)
//   OUT/parameters/NAME.npy    in x out for weights, 1 x out for biases; messages have [T, W, G] side by side
//
//   OUT/fixed/NAME.npy         codebooks of the hash, projections of attention, standardization
//
//   OUT/bins/NAME.npy          the order of rows in each graph layer
//
//   OUT/output/                logits, charge, momentum
//
//   OUT/gradients/NAME.npy     of the loss, for each parameter
#include "base/random.hpp"
#include "bench/npy.hpp"
#include "trainer/cli/train/options.hpp"
#include "trainer/data/generated_events.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/training/event_set.hpp"

#include <cstdio>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using namespace quench;
using namespace quench::trainer;
using nlohmann::json;

struct Options {
    std::string folder;
    cli::Settings settings;
    std::size_t events = 4;
    double pileup = 4;
    std::uint64_t seed = 1;
    bool in_double = false;
};

// Random weights that are not those of the start, so that biases and norms count too.
template <class Scalar>
void shake(nn::Parameters<Scalar>& parameters, std::uint64_t seed) {
    base::Rng rng(seed, "dump.shake");
    for (Scalar& value : parameters.values()) value += static_cast<Scalar>(0.02 * rng.normal());
}

template <class Scalar>
mlpf::Batch<Scalar> as(const mlpf::Batch<float>& batch) {
    return {batch.features.cast<Scalar>(), batch.targets.cast<Scalar>(), batch.begin, batch.numbers};
}

template <class Scalar>
void dump(const Options& options, const mlpf::Hyperparameters& hyper) {
    const std::filesystem::path folder = options.folder;
    const training::EventSet events(std::make_shared<data::GeneratedEvents>(
        event::GeneratorOptions{.seed = options.seed, .pileup = options.pileup}, 0, options.events));
    std::vector<std::size_t> all(options.events);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const mlpf::Batch<Scalar> batch = as<Scalar>(events.stack(all));

    nn::Parameters<Scalar> parameters(options.seed);
    mlpf::Network<Scalar> network(parameters, hyper, batch.features.cols());
    mlpf::Standardization<Scalar> standardization;
    if (hyper.standardize) {
        mlpf::Matrix<Scalar> encoded;
        mlpf::encode(hyper.encoding, batch.features, encoded);
        standardization = mlpf::standardization_of(encoded);
        network.set_standardization(standardization);
        bench::write_npy(folder / "fixed/standardization.mean.npy", standardization.mean);
        bench::write_npy(folder / "fixed/standardization.scale.npy", standardization.scale);
    }
    shake(parameters, options.seed);
    typename mlpf::Network<Scalar>::Cache cache;
    nn::Gradients<Scalar> gradients(parameters);
    const mlpf::LossSums counts = mlpf::count(batch);
    mlpf::Outputs<Scalar> d_outputs;
    mlpf::LossSums sums =
        mlpf::loss(hyper.loss, network.forward(parameters, batch, cache), batch, counts, &d_outputs);
    sums.padded = counts.padded;
    network.backward(parameters, batch, cache, d_outputs, gradients);

    bench::write_npy(folder / "input/features.npy", batch.features);
    bench::write_npy(folder / "input/targets.npy", batch.targets);
    bench::write_npy(folder / "input/begin.npy", {batch.begin.begin(), batch.begin.end()});
    for (const auto& [name, slice] : parameters.entries()) {
        bench::write_npy(folder / "parameters" / (name + ".npy"), parameters.value(slice));
        bench::write_npy(folder / "gradients" / (name + ".npy"), gradients.of(slice));
    }
    const auto graphs = [&](const std::string& stack, const auto& layers, const auto& caches) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const std::string name = stack + "." + std::to_string(i) + ".npy";
            const auto& order = caches.graphs[i].bins.order;
            bench::write_npy(folder / "fixed" / ("codebook." + name), layers[i].codebook());
            bench::write_npy(folder / "bins" / name, {order.begin(), order.end()});
        }
    };
    graphs("classification", network.classification_graphs(), cache.classification);
    graphs("regression", network.regression_graphs(), cache.regression);
    const auto projections = [&](const std::string& stack, const auto& layers) {
        for (std::size_t i = 0; i < layers.size(); ++i)
            bench::write_npy(folder / "fixed" / ("projection." + stack + "." + std::to_string(i) + ".npy"),
                             layers[i].projection());
    };
    if (const auto* transformer = network.transformer()) {
        projections("encoder", transformer->encoder().layers);
        projections("classification", transformer->id().layers);
        projections("regression", transformer->reg().layers);
    }
    bench::write_npy(folder / "output/logits.npy", cache.heads.outputs.logits);
    bench::write_npy(folder / "output/charge.npy", cache.heads.outputs.charge);
    bench::write_npy(folder / "output/momentum.npy", cache.heads.outputs.momentum);

    json config = mlpf::to_json(hyper);
    config["precision"] = sizeof(Scalar) == sizeof(float) ? "single" : "double";
    config["loss"] = sums.total(hyper.loss);
    config["loss_sums"] = {
        {"classification", sums.classification}, {"charge", sums.charge}, {"regression", sums.regression}};
    std::ofstream(folder / "config.json") << config.dump(2) << '\n';
    fmt::print("{} events, {} elements, {} parameters, loss {:.9g} in {}\n", options.events, batch.rows(),
               parameters.size(), sums.total(hyper.loss), options.folder);
}

mlpf::Hyperparameters hyperparameters(const cli::Settings& settings) {
    const cli::Configuration configuration = cli::configuration_from(cli::params_from(settings));
    if (configuration.infeasible) throw std::runtime_error(configuration.infeasible->why);
    return configuration.hyper;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes one pass of MLPF for comparison with another implementation.", "mlpf-dump");
    Options options;
    app.add_option("--out", options.folder, "Folder to write")->required();
    app.add_option("--set", options.settings, "NAME=VALUE: a hyperparameter; repeat for more");
    app.add_option("--events", options.events, "Events in the batch")->capture_default_str();
    app.add_option("--pileup", options.pileup, "Mean number of other collisions")->capture_default_str();
    app.add_option("--seed", options.seed, "Of events and weights")->capture_default_str();
    app.add_flag("--double", options.in_double, "Double precision");
    CLI11_PARSE(app, argc, argv);
    try {
        const mlpf::Hyperparameters hyper = hyperparameters(options.settings);
        if (options.in_double)
            dump<double>(options, hyper);
        else
            dump<float>(options, hyper);
    } catch (const std::exception& error) {
        fmt::print(stderr, "mlpf-dump: {}\n", error.what());
        return 1;
    }
    return 0;
}

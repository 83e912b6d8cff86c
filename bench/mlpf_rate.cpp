// mlpf-rate: how much of this machine's rate of matrix products MLPF's training reaches, on one core.
//
// In turn: products of 1024 x 1024 matrices in single precision by Eigen, the matrix products of training
// alone, by Eigen and of the same sizes, and whole training steps (forward, loss, backward, Adam) on
// generated events. Medians of the rounds; one JSON object on stdout.
#include "base/quantile.hpp"
#include "bench/matrix_work.hpp"
#include "trainer/cli/train/options.hpp"
#include "trainer/data/generated_events.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/nn/optimizer.hpp"
#include "trainer/training/event_set.hpp"
#include "trainer/training/share.hpp"
#include "trainer/variant.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace {

using namespace quench;
using namespace quench::trainer;
using nlohmann::json;

struct Options {
    cli::Settings settings;
    std::size_t events = 40;
    double pileup = 5;
    int rounds = 5;
};

double seconds_of(const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Multiplications and additions a second.
double product_rate() {
    constexpr nn::Index n = 1024;
    static const nn::Matrix<float> a = nn::Matrix<float>::Random(n, n), b = nn::Matrix<float>::Random(n, n);
    static nn::Matrix<float> c(n, n);
    constexpr int repeats = 10;
    const double s = seconds_of([] {
        for (int i = 0; i < repeats; ++i) c.noalias() = a * b;
    });
    return repeats * 2.0 * n * n * n / s;
}

mlpf::Hyperparameters hyperparameters(const cli::Settings& settings) {
    const cli::Configuration configuration = cli::configuration_from(cli::params_from(settings));
    if (configuration.infeasible) throw std::runtime_error(configuration.infeasible->why);
    return configuration.hyper;
}

std::vector<std::vector<std::size_t>> batches_of(std::size_t events, nn::Index batch_size) {
    std::vector<std::vector<std::size_t>> batches;
    for (std::size_t event = 0; event < events; ++event) {
        if (event % static_cast<std::size_t>(batch_size) == 0) batches.emplace_back();
        batches.back().push_back(event);
    }
    return batches;
}

// How many rows the events have that go through the network together.
std::vector<std::vector<nn::Index>> chunks_of(const std::vector<std::vector<std::size_t>>& batches,
                                              const training::EventSet& set) {
    std::vector<std::vector<nn::Index>> chunks;
    for (std::span<const std::size_t> rest : batches)
        while (!rest.empty()) {
            const std::size_t count = training::next_chunk(rest, set);
            chunks.emplace_back();
            for (const std::size_t event : rest.first(count))
                chunks.back().push_back(static_cast<nn::Index>(set.counts(event).elements));
            rest = rest.subspan(count);
        }
    return chunks;
}

void measure(const Options& options) {
    const mlpf::Hyperparameters hyper = hyperparameters(options.settings);
    const training::EventSet set(std::make_shared<data::GeneratedEvents>(
        event::GeneratorOptions{.pileup = options.pileup}, 0, options.events));
    nn::Parameters<float> parameters(1);
    const mlpf::Network<float> network(parameters, hyper, set.feature_columns());
    nn::Gradients<float> gradients(parameters);
    auto state = nn::make_optimizer_state<float>(hyper.optimizer, parameters.size());
    mlpf::Network<float>::Cache cache;
    mlpf::Outputs<float> d_outputs;

    const std::vector<std::vector<std::size_t>> batches = batches_of(set.size(), hyper.batch_size);
    const std::vector<bench::Products> products =
        bench::matrix_products(hyper, set.feature_columns(), chunks_of(batches, set));
    double rows = 0;
    for (std::size_t event = 0; event < set.size(); ++event) rows += set.counts(event).elements;
    const auto epoch = [&] {
        for (std::span<const std::size_t> batch : batches) {
            mlpf::LossSums of_batch;
            for (const std::size_t event : batch) of_batch += set.counts(event);
            gradients.clear();
            while (!batch.empty()) {
                const std::size_t count = training::next_chunk(batch, set);
                const mlpf::Batch<float> chunk = set.stack(batch.first(count));
                batch = batch.subspan(count);
                const auto& outputs =
                    network.forward(parameters, chunk, cache, mlpf::Network<float>::Binning::anew,
                                    nn::DropoutKey{1, state.steps});
                (void)mlpf::loss(hyper.loss, outputs, chunk, of_batch, &d_outputs);
                network.backward(parameters, chunk, cache, d_outputs, gradients);
            }
            nn::optimizer_step<float>(hyper.optimizer, state, parameters.values(), gradients.all());
        }
    };
    (void)product_rate();
    epoch();  // the first has allocations to make
    std::vector<double> large, alone, training;
    const double operations = bench::operations(products);
    for (int round = 0; round < options.rounds; ++round) {
        large.push_back(product_rate());
        alone.push_back(operations / bench::seconds_alone(products));
        training.push_back(operations / seconds_of(epoch));
    }
    const auto events = static_cast<double>(set.size());
    for (std::vector<double>* rates : {&large, &alone, &training}) std::ranges::sort(*rates);
    const double most = base::quantile(large, 0.5), products_rate = base::quantile(alone, 0.5),
                 training_rate = base::quantile(training, 0.5);
    const json out = {{"variant", architecture()},
                      {"elements_per_event", rows / events},
                      {"parameters", parameters.size()},
                      {"events_per_s", training_rate / operations * events},
                      {"matrix_gflop_per_event", operations * 1e-9 / events},
                      {"training_gflop_per_s", training_rate * 1e-9},
                      {"eigen_same_products_gflop_per_s", products_rate * 1e-9},
                      {"eigen_gemm_gflop_per_s", most * 1e-9},
                      {"share_of_same_products", training_rate / products_rate},
                      {"share_of_gemm", training_rate / most}};
    fmt::print("{}\n", out.dump());
}

}  // namespace

int main(int argc, char** argv) {
    hand_over_to_best_variant(argv);
    CLI::App app("Measures MLPF's training against the rate of matrix products, on one core.", "mlpf-rate");
    Options options;
    app.add_option("--set", options.settings, "NAME=VALUE: a hyperparameter; repeat for more");
    app.add_option("--events", options.events, "Events of an epoch")->capture_default_str();
    app.add_option("--pileup", options.pileup, "Mean number of other collisions")->capture_default_str();
    app.add_option("--rounds", options.rounds, "Products and epochs in turn")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        measure(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "mlpf-rate: {}\n", error.what());
        return 1;
    }
    return 0;
}

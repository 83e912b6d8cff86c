// mlpf-train benchmark --out DIR [--inference]
#include "trainer/cli/train/benchmark.hpp"

#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"
#include "trainer/contract/quench_trial.hpp"

#include <array>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace quench::trainer::cli {
namespace {

std::string processor() {
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

void check(const BenchmarkOptions& options) {
    if (!options.inference && !options.checkpoint_dir.empty())
        throw Refused("--checkpoint-dir without --inference (training begins anew) leave it out");
    if (options.inference && options.threads > 1)
        throw Refused("--threads with --inference (it has one thread a rank) start more ranks");
    if (!options.checkpoint_dir.empty() && !options.settings.empty())
        throw Refused(
            "--set beside --checkpoint-dir (the checkpoint has the model's hyperparameters) leave one out");
}

}  // namespace

nlohmann::json benchmark_params(const BenchmarkOptions& options) {
    nlohmann::json params = {{"preset", "delphes_bench"}};
    params.update(params_from(options.settings));
    return params;
}

nlohmann::ordered_json run_description(const BenchmarkOptions& options, const std::string& data,
                                       const std::string& hyperparameters) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return {{"host", host.data()},
            {"processor", processor()},
            {"seed", options.seed},
            {"data", data},
            {"hyperparameters", hyperparameters}};
}

void write_results(const BenchmarkOptions& options, const nlohmann::ordered_json& result,
                   const TimePlot& plot, const mpi::Session& ranks) {
    const std::string picture = fmt::format("time_per_{}.svg", plot.unit);
    do_all_or_none(ranks, [&] {
        if (!ranks.is_root()) return;
        try {
            trial::write_atomically(options.out / picture, to_svg(plot));
            trial::write_atomically(
                options.out / "result.json",
                result.dump(4, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
        } catch (const std::exception& error) {
            std::error_code ignored;  // what was begun goes
            for (const std::string& name : {picture, std::string("result.json")})
                std::filesystem::remove(options.out / ("." + name + ".new"), ignored);
            throw Refused(
                fmt::format("{} (the results are lost) choose another --out, or make room", error.what()));
        }
    });
}

Action declare_benchmark(CLI::App& app) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<BenchmarkOptions>();
    options->events.data.generator.pileup = 40;
    app.add_option("--out", options->out, "The folder for result.json and the picture")->required();
    add_events(app, options->events);
    app.add_option("--epochs", options->epochs, "Epochs; the first does not count")
        ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{100'000}))
        ->capture_default_str();
    app.add_option("--seed", options->seed, "First weights and shuffles")->capture_default_str();
    add_threads(app, options->threads);
    app.add_flag("--inference", options->inference, "Time inference in place of training");
    add_checkpoint(app, options->checkpoint_dir);
    app.add_option("--runs", options->runs, "Of inference, over all events; the first does not count")
        ->check(CLI::Range(std::size_t{2}, std::size_t{10'000}))
        ->capture_default_str();
    app.add_option("--batch-sizes", options->batch_sizes, "Of inference: events of one pass")
        ->delimiter(',')
        ->check(CLI::Range(std::size_t{1}, std::size_t{10'000}))
        ->default_str("1,4");
    add_settings(app, options->settings);
    app.footer("The published benchmark: --events 1100 --validation-events 100 --pileup 200 --epochs 10");
    return [options](const mpi::Session& ranks) {
        check(*options);
        if (options->inference)
            benchmark_inference(*options, ranks);
        else
            benchmark_training(*options, ranks);
    };
}

}  // namespace quench::trainer::cli

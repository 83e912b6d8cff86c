#include "trainer/cli/train/benchmark.hpp"
#include "trainer/cli/train/chosen_model.hpp"
#include "trainer/cli/train/hepscore.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/mlpf/candidates.hpp"
#include "trainer/training/event_set.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <span>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using Json = nlohmann::ordered_json;
using Batches = std::vector<mlpf::Batch<float>>;

// This rank's batches: those of all events, dealt to ranks in turn.
Batches dealt(const training::EventSet& events, std::size_t batch_size, const mpi::Session& ranks) {
    std::vector<std::size_t> all(events.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    Batches mine;
    const auto size = static_cast<std::size_t>(ranks.size());
    for (std::size_t b = static_cast<std::size_t>(ranks.rank()); b * batch_size < all.size(); b += size)
        mine.push_back(events.stack(
            std::span(all).subspan(b * batch_size, std::min(batch_size, all.size() - b * batch_size))));
    return mine;
}

// One pass over all events; how many particles the model sees in this rank's.
double run_once(const training::Model& model, const Batches& mine) {
    mlpf::Network<float>::Cache cache;
    mlpf::Matrix<float> candidates;
    double particles = 0;
    for (const mlpf::Batch<float>& batch : mine) {
        if (batch.rows() == 0) continue;
        const auto& outputs = model.network().forward(model.parameters(), batch, cache);
        mlpf::candidates(outputs, batch.features, model.hyper().loss.targets, candidates);
        particles += static_cast<double>((candidates.col(0).array() != 0).count());
    }
    return particles;
}

}  // namespace

void benchmark_inference(const BenchmarkOptions& options, const mpi::Session& ranks) {
    const auto model = chosen_model(options.checkpoint_dir, benchmark_params(options), ranks);
    training::Sources sources;
    do_all_or_none(ranks, [&] {
        sources = training::open_sources(chosen(options.events));
        const auto fits = training::check_detector(*model, sources.training->detector(), "--data");
        if (!fits) throw Refused(fits.error().text());
    });
    const training::EventSet events(sources.training);
    Json results = Json::array(), particles = Json::array();
    TimePlot plot{.title = "Inference: time per run over all events", .unit = "run", .series = {}};
    for (const std::size_t batch_size : options.batch_sizes) {
        InferenceTimes times{.devices = static_cast<std::size_t>(ranks.size()),
                             .batch_size = batch_size,
                             .events = events.size()};
        Batches mine;
        do_all_or_none(ranks, [&] { mine = dealt(events, batch_size, ranks); });
        double seen = 0;
        for (std::size_t run = 0; run < options.runs; ++run) {
            seen = 0;
            const auto begin = std::chrono::steady_clock::now();
            do_all_or_none(ranks, [&] { seen = run_once(*model, mine); });  // ends when all ranks have ended
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            times.runs.push_back(taken.count());
            if (ranks.any(trial::stop_requested()))
                throw Refused("stopped as asked (a part of the runs is no result) start it again");
            if (ranks.is_root())
                fmt::print(stderr, "mlpf-train: batch size {}, run {}, {:.2f} s\n", batch_size, run + 1,
                           taken.count());
        }
        ranks.sum(std::span<double>(&seen, 1));
        results.push_back(hepscore_of(times));
        particles.push_back(static_cast<std::uint64_t>(seen));
        plot.series.push_back({fmt::format("batch size {}", batch_size), times.runs});
    }
    Json result = {{"results", results},
                   {"quench", run_description(options, sources.description, mlpf::to_text(model->hyper()))}};
    result["quench"]["epoch"] = model->epoch;
    result["quench"]["particles"] = particles;
    write_results(options, result, plot, ranks);
    for (const Json& one : result["results"])
        print_line(
            ranks,
            fmt::format("batch size {}: {} events/s, {} s a run: {}", one["wl-stats"]["batch_size"].dump(),
                        one["wl-scores"]["mean_throughput"].dump(), one["wl-scores"]["mean_run_time"].dump(),
                        (options.out / "result.json").string()));
}

}  // namespace quench::trainer::cli

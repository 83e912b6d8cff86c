#include "trainer/cli/train/benchmark.hpp"
#include "trainer/cli/train/hepscore.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/training/trainer.hpp"

#include <chrono>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using Json = nlohmann::ordered_json;

double since_1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What rank 0 hears of each epoch, with the time since the one before.
struct Record {
    std::chrono::steady_clock::time_point last;
    TrainingTimes times;
    Json losses = Json::array();

    void add(const contract::Report& report) {
        const auto now = std::chrono::steady_clock::now();
        times.epochs.push_back(std::chrono::duration<double>(now - last).count());
        last = now;
        Json epoch = {{"epoch", report.step}};
        for (const char* name : {"train_loss", "val_loss", "accuracy"}) epoch[name] = report.metrics.at(name);
        losses.push_back(epoch);
        fmt::print(stderr, "mlpf-train: epoch {}, {:.2f} s\n", report.step, times.epochs.back());
    }
};

void train(training::Trainer& trainer) {
    const auto ending = trainer.run();
    if (!ending) throw Refused(ending.error().text());
    switch (*ending) {
        case training::Ending::reached:
            return;
        case training::Ending::stopped:
            throw Refused("stopped as asked (a part of the epochs is no result) start it again");
        case training::Ending::diverged:
            throw Refused("the loss is not finite any more (no result) take a smaller --set lr=");
        case training::Ending::out_of_memory:
            throw Refused("out of memory (no result) take smaller events or fewer ranks a machine");
    }
}

}  // namespace

void benchmark_training(const BenchmarkOptions& options, const mpi::Session& ranks) {
    const Configuration configuration = configuration_from(benchmark_params(options));
    if (configuration.infeasible) throw Refused(configuration.infeasible->why);
    Record record;
    record.times.ranks = static_cast<std::size_t>(ranks.size());
    record.times.devices = record.times.ranks * options.threads;
    record.times.batch_per_device = static_cast<std::size_t>(configuration.hyper.batch_size);
    training::Task task;
    task.hyper = configuration.hyper;
    task.hyper.batch_size *= static_cast<mlpf::Index>(record.times.devices);
    task.threads = options.threads;
    task.seed = options.seed;
    task.data = chosen(options.events);
    task.to = options.epochs;

    std::optional<training::Trainer> trainer;
    std::string data;
    do_all_or_none(ranks, [&] {
        const training::Sources sources = training::open_sources(task.data);
        record.times.train_set_size = sources.training->size();
        data = sources.description;
        trainer.emplace(task,
                        training::Doors{.report = [&](const contract::Report& r) { record.add(r); },
                                        .stop_requested = [] { return trial::stop_requested(); }},
                        ranks, sources);
    });
    record.times.start = since_1970();
    record.last = std::chrono::steady_clock::now();
    train(*trainer);
    record.times.stop = since_1970();

    Json result;
    if (ranks.is_root()) {
        result = hepscore_of(record.times);
        result["quench"] = run_description(options, data, mlpf::to_text(task.hyper));
        result["quench"]["losses"] = record.losses;
    }
    write_results(options, result,
                  {.title = "Training: time per epoch, validation included",
                   .unit = "epoch",
                   .series = {{"", record.times.epochs}}},
                  ranks);
    if (ranks.is_root())
        print_line(ranks, fmt::format("{} events/s, {} s an epoch: {}",
                                      result["wl-scores"]["mean_throughput"].dump(),
                                      result["wl-scores"]["mean_epoch_time"].dump(),
                                      (options.out / "result.json").string()));
}

}  // namespace quench::trainer::cli

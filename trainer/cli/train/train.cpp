// mlpf-train [options]: what a study starts. By hand it trains with the values of the command line; under
// Quench, QUENCH_RUN has the last word.
#include "trainer/cli/limits.hpp"
#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"
#include "trainer/contract/quench_trial.hpp"
#include "trainer/contract/run_file.hpp"
#include "trainer/training/trainer.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using nlohmann::json;

struct TrainOptions {
    training::Task task;
    EventOptions events;
    std::string checkpoint_dir;
    Settings settings;
};

// The run file's word over the command line's.
void follow_run_file(const char* path, const mpi::Session& ranks, training::Task& task, json& params) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Refused{fmt::format("cannot read the run file {} that QUENCH_RUN names", path)};
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto run = contract::run_file_from_text(text);
    if (!run) throw Refused{fmt::format("{}: {}", path, run.error().text())};
    params.update(run->params);
    task.seed = run->seed;
    task.from = static_cast<std::uint64_t>(run->resource.from);
    task.to = static_cast<std::uint64_t>(run->resource.to);
    task.checkpoint_dir = run->checkpoint_dir;
    if (ranks.is_root() && run->ranks != ranks.size())
        fmt::print(stderr, "mlpf-train: the run file says {} ranks, but there are {}\n", run->ranks,
                   ranks.size());
}

void print_infeasible(const mpi::Session& ranks, const std::string& why) {
    print_line(ranks, contract::to_text(contract::Infeasible{why}));
}

// Does it on every rank. True if it worked; a lack of memory is printed as the trial's outcome.
bool works(const mpi::Session& ranks, const std::function<void()>& work) {
    const training::Trouble trouble = do_together(ranks, work);
    if (trouble.kind == training::Trouble::Kind::none) return true;
    print_infeasible(ranks, trouble.why);
    return false;
}

void train(TrainOptions options, const mpi::Session& ranks) {
    training::Task& task = options.task;
    std::optional<contract::Infeasible> infeasible;
    const bool understood = works(ranks, [&] {
        json params = params_from(options.settings);
        task.checkpoint_dir = options.checkpoint_dir;
        task.data = chosen(options.events);
        if (const char* path = std::getenv(contract::run_file_variable))
            follow_run_file(path, ranks, task, params);
        Configuration configuration = configuration_from(params);
        task.hyper = configuration.hyper;
        infeasible = configuration.infeasible;
    });
    if (!understood) return;
    if (infeasible) return print_line(ranks, contract::to_text(*infeasible));

    std::optional<training::Trainer> trainer;
    const bool made = works(ranks, [&] {
        trainer.emplace(task,
                        training::Doors{.report =
                                            [&](const contract::Report& report) {
                                                print_line(ranks, contract::to_text(report));
                                            },
                                        .stop_requested = [] { return trial::stop_requested(); }},
                        ranks);
    });
    if (!made) return;
    using Schedule = nn::ScheduleOptions::Kind;
    const nn::ScheduleOptions& schedule = task.hyper.schedule;
    const bool ends = schedule.kind == Schedule::cosine || schedule.kind == Schedule::onecycle;
    if (ranks.is_root() && ends && task.to > static_cast<std::uint64_t>(schedule.epochs))
        fmt::print(
            stderr,
            "mlpf-train: nothing is learned after epoch {} of {} (schedule_epochs is the length of the "
            "schedule, and its last rate is next to 0) set schedule_epochs={} to learn to the end\n",
            schedule.epochs, task.to, task.to);
    const auto ending = trainer->run();
    if (!ending) throw Refused{ending.error().text()};
    if (*ending == training::Ending::out_of_memory) print_infeasible(ranks, "out of memory");
    if (ranks.is_root() && *ending == training::Ending::stopped)
        fmt::print(stderr, "mlpf-train: stopped as asked, the checkpoint is written\n");
    if (ranks.is_root() && *ending == training::Ending::diverged)
        fmt::print(stderr, "mlpf-train: the loss is not finite any more\n");
}

}  // namespace

Action declare_train(CLI::App& app) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<TrainOptions>();
    add_events(app, options->events);
    add_threads(app, options->task.threads);
    constexpr std::uint64_t most_epochs = 1'000'000'000;
    app.add_option("--epochs", options->task.to, "Epochs, for a run by hand")
        ->check(CLI::Range(std::uint64_t{0}, most_epochs))
        ->capture_default_str();
    app.add_option("--seed", options->task.seed, "First weights and shuffles, for a run by hand")
        ->check(not_negative())
        ->capture_default_str();
    app.add_option("--checkpoint-dir", options->checkpoint_dir,
                   "Where to keep and resume from a checkpoint, for a run by hand (default: none)");
    add_settings(app, options->settings);
    return [options](const mpi::Session& ranks) { train(*options, ranks); };
}

}  // namespace quench::trainer::cli

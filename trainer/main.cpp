// mlpf-train: Quench's own trial program. By hand it trains with the values of the command line; under
// Quench, QUENCH_RUN has the last word.
#include "trainer/contract/quench_trial.hpp"
#include "trainer/contract/run_file.hpp"
#include "trainer/training/trainer.hpp"
#include "trainer/training/trouble.hpp"
#include "trainer/variant.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace quench;
using namespace quench::trainer;
using nlohmann::json;

constexpr double most_parameters = 1e8;  // with gradients and moments 1.6 GB a rank

struct CommandLine {
    training::Task task;
    std::string checkpoint_dir;
    std::vector<std::string> settings;
    bool events_given = false;
    bool validation_given = false;
    double rank_timeout_s = 600;
};

// Bad input of a user: the text of a line on stderr and exit status 1.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

json params_from(const std::vector<std::string>& settings) {
    json params = json::object();
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Refused{"--set " + setting + ": must be NAME=VALUE, as in --set lr=1e-3"};
        const std::string text = setting.substr(equals + 1);
        json value = json::parse(text, nullptr, false);
        params[setting.substr(0, equals)] = value.is_discarded() ? json(text) : value;
    }
    return params;
}

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

void print_line(const mpi::Session& ranks, const std::string& line) {
    if (!ranks.is_root()) return;
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);  // a report that waits in a buffer cannot stop a hopeless trial
}

void print_infeasible(const mpi::Session& ranks, const std::string& why) {
    print_line(ranks, contract::to_text(contract::Infeasible{why}));
}

// Does it on every rank. True if it worked on all; else, on all, why not: an error is thrown, a lack of
// memory is printed as the trial's outcome.
bool do_together(const mpi::Session& ranks, const std::function<void()>& work) {
    const training::Trouble trouble = training::agreed(ranks, training::trouble_of(work));
    if (trouble.kind == training::Trouble::Kind::error) throw Refused(trouble.why);
    if (trouble.kind == training::Trouble::Kind::none) return true;
    print_infeasible(ranks, trouble.why);
    return false;
}

// The task's hyperparameters, or why they cannot work.
std::optional<contract::Infeasible> set_hyperparameters(training::Task& task, const json& params) {
    auto hyper = mlpf::hyperparameters_from(params);
    if (const auto* error = std::get_if<base::Error>(&hyper)) throw Refused{error->text()};
    if (const auto* infeasible = std::get_if<contract::Infeasible>(&hyper)) return *infeasible;
    task.hyper = std::get<mlpf::Hyperparameters>(hyper);
    if (const double count = mlpf::parameter_count(task.hyper, 12); count > most_parameters)
        return contract::Infeasible{
            fmt::format("{:.3g} parameters, but at most {:.3g} are allowed", count, most_parameters)};
    return std::nullopt;
}

// How many events, where the command line does not say: of generated ones 200 and a quarter as many, of a
// file all of them.
void choose_numbers(CommandLine& line) {
    training::DataOptions& data = line.task.data;
    const bool generated = data.file.empty();
    if (!line.events_given) data.events = generated ? 200 : 0;
    if (!line.validation_given)
        data.validation_events = generated ? std::max<std::size_t>(1, data.events / 4) : 0;
}

void train(CommandLine line, const mpi::Session& ranks) {
    training::Task& task = line.task;
    std::optional<contract::Infeasible> infeasible;
    const bool understood = do_together(ranks, [&] {
        json params = params_from(line.settings);
        task.checkpoint_dir = line.checkpoint_dir;
        choose_numbers(line);
        if (const char* path = std::getenv(contract::run_file_variable))
            follow_run_file(path, ranks, task, params);
        infeasible = set_hyperparameters(task, params);
    });
    if (!understood) return;
    if (infeasible) return print_line(ranks, contract::to_text(*infeasible));

    std::optional<training::Trainer> trainer;
    const bool made = do_together(ranks, [&] {
        trainer.emplace(task,
                        training::Doors{.report =
                                            [&](const contract::Report& report) {
                                                print_line(ranks, contract::to_text(report));
                                            },
                                        .stop_requested = [] { return trial::stop_requested(); }},
                        ranks);
    });
    if (!made) return;
    const auto ending = trainer->run();
    if (!ending) throw Refused{ending.error().text()};
    if (*ending == training::Ending::out_of_memory) print_infeasible(ranks, "out of memory");
    if (ranks.is_root() && *ending == training::Ending::stopped)
        fmt::print(stderr, "mlpf-train: stopped as asked, the checkpoint is written\n");
    if (ranks.is_root() && *ending == training::Ending::diverged)
        fmt::print(stderr, "mlpf-train: the loss is not finite any more\n");
}

void add_options(CLI::App& app, CommandLine& line) {
    constexpr std::size_t most_events = 1'000'000;
    app.add_option("--data", line.task.data.file,
                   "Events to train on, a file of mlpf-events (default: generated ones)")
        ->check(CLI::ExistingFile);
    app.add_option("--validation-data", line.task.data.validation_file,
                   "Events to validate on (default: the last of --data)")
        ->check(CLI::ExistingFile);
    app.add_option_function<std::size_t>(
           "--events",
           [&line](std::size_t n) {
               line.task.data.events = n;
               line.events_given = true;
           },
           "Events to train on (default: 200 generated ones, or all of --data)")
        ->check(CLI::Range(std::size_t{1}, most_events));
    app.add_option_function<std::size_t>(
           "--validation-events",
           [&line](std::size_t n) {
               line.task.data.validation_events = n;
               line.validation_given = true;
           },
           "Events to validate on (default: a quarter of --events, or a fifth of --data, or all of "
           "--validation-data)")
        ->check(CLI::Range(std::size_t{1}, most_events));
    app.add_option("--pileup", line.task.data.generator.pileup,
                   "Mean number of other collisions in a generated event")
        ->check(CLI::Range(0.0, 400.0))
        ->capture_default_str();
    app.add_option("--data-seed", line.task.data.generator.seed,
                   "Which generated events: the same seed, the same events")
        ->capture_default_str();
    app.add_option("--epochs", line.task.to, "Epochs, for a run by hand")->capture_default_str();
    app.add_option("--seed", line.task.seed, "First weights and shuffles, for a run by hand")
        ->capture_default_str();
    app.add_option("--checkpoint-dir", line.checkpoint_dir,
                   "Where to keep and resume from a checkpoint, for a run by hand (default: none)");
    app.add_option("--threads", line.task.threads,
                   "Threads of each rank; one rank a core without them is usually faster")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}))
        ->capture_default_str();
    app.add_option("--rank-timeout", line.rank_timeout_s,
                   "Seconds that a rank waits for the others before it ends them all; 0: for ever")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--set", line.settings,
                   "NAME=VALUE: a hyperparameter; repeat for more. QUENCH_RUN overrides it. Known: " +
                       mlpf::to_text({}));
}

}  // namespace

int main(int argc, char** argv) {
    hand_over_to_best_variant(argv);
    trial::catch_stop_signals();
    // A limit on file sizes is to be an error of the write, with its message, not death by a signal.
    std::signal(SIGXFSZ, SIG_IGN);
    mpi::Session ranks;
    CLI::App app("Trains machine-learned particle flow on collider events.", "mlpf-train");
    CommandLine line;
    add_options(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (!ranks.is_root()) return error.get_exit_code() == 0 ? 0 : 2;
        return app.exit(error) == 0 ? 0 : 2;
    }
    ranks.set_patience(std::chrono::duration<double>(line.rank_timeout_s));
    try {
        train(std::move(line), ranks);
        return 0;
    } catch (const Refused& refused) {
        // Every rank sees the same problem and leaves by itself.
        if (ranks.is_root()) fmt::print(stderr, "mlpf-train: {}\n", refused.what());
        return 1;
    } catch (const std::exception& error) {
        fmt::print(stderr, "mlpf-train, rank {}: {}\n", ranks.rank(), error.what());
        ranks.abort(1);
    }
}

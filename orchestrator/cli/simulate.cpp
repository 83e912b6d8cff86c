// quench simulate [STUDY] [--compare STUDY ...] (--table FILE | --function NAME)
#include "orchestrator/cli/input_file.hpp"
#include "orchestrator/cli/simulation_view.hpp"
#include "orchestrator/cli/study_source.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/core/options.hpp"
#include "orchestrator/simulate/fitted_landscape.hpp"
#include "orchestrator/simulate/function_landscape.hpp"
#include "orchestrator/simulate/many.hpp"
#include "orchestrator/simulate/number.hpp"
#include "orchestrator/simulate/plot.hpp"
#include "orchestrator/simulate/table_answer.hpp"
#include "orchestrator/study/nearest.hpp"
#include "orchestrator/study/report.hpp"
#include "orchestrator/study/yaml.hpp"
#include "search/catalogue.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <set>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

struct Options {
    std::string file;
    std::vector<std::string> compared;
    std::string table;
    std::string function;
    std::optional<double> noise;
    std::string plot;
    std::size_t seeds = 30;
    bool fit = false;
    simulate::Cost cost;
};

/// Every study that is asked for; what is wrong with any of them has been printed when there is nothing.
std::optional<std::vector<Simulated>> read_studies(const World& world, const Options& options) {
    std::vector<std::string> files = options.compared;
    if (!options.file.empty()) files.insert(files.begin(), options.file);
    if (files.empty())
        throw Refusal(ExitCode::usage, "a study file is missing (nothing is simulated) name one");
    for (auto file = files.begin(); file != files.end(); ++file)
        if (std::find(files.begin(), file, *file) != file)
            throw Refusal(ExitCode::usage,
                          fmt::format("{} is named twice (both lines would be the same) name it once",
                                      printable(*file)));
    std::vector<Simulated> all;
    bool sound = true;
    for (const std::string& file : files) {
        const std::string text = text_of_file(file, "study file", study::YamlLimits{}.bytes);
        const study::Reading reading = study::read_study(text, study::Purpose::simulation);
        print_file_errors(world, file, reading.errors);
        if (reading.file)
            all.push_back({file, reading.file->study, "function", {}, {}, options.noise.value_or(0)});
        else
            sound = false;
    }
    if (!sound) return std::nullopt;
    for (const Simulated& one : all) {
        if (!one.study.others.empty())
            throw Refusal(
                ExitCode::usage,
                fmt::format(
                    "{} has several objectives (curves are simulated of one) simulate a copy with one",
                    printable(one.file)));
        if (!options.table.empty() && search::scheduler_proposes(one.study.fidelity.name))
            throw Refusal(
                ExitCode::usage,
                fmt::format("{} has the scheduler {} (a table holds curves of configurations that never "
                            "change) simulate it with --function, or another scheduler",
                            printable(one.file), one.study.fidelity.name));
        if (one.study.warm_start)
            world.err << fmt::format("quench: {}: a simulated study begins cold; warm_start is left out\n",
                                     printable(one.file));
    }
    for (const Simulated& one : all) {
        const core::Objective& first = all.front().study.objective;
        if (one.study.objective == first) continue;
        throw Refusal(
            ExitCode::usage,
            fmt::format("{} has another objective than {} (their values do not compare) simulate them apart",
                        printable(one.file), printable(all.front().file)));
    }
    return all;
}

template <class Made>
Made made_for(const Simulated& one, base::Result<Made> made) {
    if (!made) throw Refusal(ExitCode::usage, printable(one.file) + ": " + printable(made.error().text()));
    return std::move(made).value();
}

/// What trials of this study show.
std::shared_ptr<const simulate::Landscape> landscape_for(
    Simulated& one, const Options& options, const std::shared_ptr<const simulate::Table>& table) {
    if (!table)
        return made_for(one, simulate::FunctionLandscape::make(options.function, one.study, one.noise));
    if (options.fit) {
        auto made = made_for(one, simulate::FittedLandscape::make(table, one.study));
        one.answers = "fitted-model";
        one.model = made->validation();
        return made;
    }
    simulate::TableAnswer answer = made_for(one, simulate::table_answer(table, one.study));
    one.answers = answer.name;
    return std::move(answer.landscape);
}

/// One a study. A fit takes seconds, so studies of one space and maximum share it.
std::vector<std::shared_ptr<const simulate::Landscape>> landscapes_for(
    std::vector<Simulated>& all, const Options& options,
    const std::shared_ptr<const simulate::Table>& table) {
    std::vector<std::shared_ptr<const simulate::Landscape>> landscapes;
    for (Simulated& one : all) {
        const auto same =
            std::find_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(landscapes.size()),
                         [&](const Simulated& other) {
                             return options.fit && other.study.space == one.study.space &&
                                    other.study.fidelity.max == one.study.fidelity.max;
                         });
        const auto index = static_cast<std::size_t>(same - all.begin());
        if (index == landscapes.size()) {
            landscapes.push_back(landscape_for(one, options, table));
        } else {
            one.answers = same->answers;
            one.model = same->model;
            landscapes.push_back(landscapes[index]);
        }
    }
    return landscapes;
}

void write_plot(const Options& options, const std::vector<Simulated>& all) {
    const core::Study& first = all.front().study;
    std::vector<simulate::PlotLine> lines;
    for (const Simulated& one : all) lines.push_back({one.file, &one.runs});
    const std::string of = options.table.empty() ? "function " + options.function : options.table;
    const simulate::PlotText text{
        .title = fmt::format("{}, {} workers, {} seeds", of, options.cost.workers, options.seeds),
        .metric = first.objective.metric,
        .unit = first.fidelity.unit,
        .direction = first.objective.direction};
    std::ofstream file(options.plot, std::ios::binary);
    file << simulate::plot_svg(text, lines);
    file.close();
    if (!file)
        throw Refusal(ExitCode::error, fmt::format("{} cannot be written ({}) name another file",
                                                   study::quoted(options.plot), std::strerror(errno)));
}

void print(const World& world, const Common& common, const Options& options,
           const std::vector<Simulated>& all) {
    switch (common.output) {
        case Output::json: {
            if (all.size() == 1) return print_json(world.out, simulation_view(all.front()));
            Json studies = Json::array();
            for (const Simulated& one : all) studies.push_back(simulation_view(one));
            return print_json(world.out, {{"studies", studies}});
        }
        case Output::csv:
            return print_run_rows(world.out, all);
        case Output::table: {
            const std::uint64_t first = all.front().study.sampler.seed;
            world.out << fmt::format(
                "{} {}, {} {}, {} {} from {}; [low, high]: 95 % of the mean, by bootstrap\n\n",
                options.table.empty() ? "function" : "table",
                printable(options.table.empty() ? options.function : options.table), options.cost.workers,
                options.cost.workers == 1 ? "worker" : "workers", options.seeds,
                options.seeds == 1 ? "seed" : "seeds", first);
            return print_simulations(world.out, all);
        }
    }
}

/// CLI11's Range lets a NaN pass.
CLI::Validator from_zero_to(double high) {
    const auto check = [high](const std::string& text) {
        const auto value = simulate::number(text);
        return value && *value >= 0 && *value <= high
                   ? std::string()
                   : fmt::format("{} is not a number from 0 to {}", study::quoted(text), high);
    };
    return {check, ""};
}

/// More trials than rows meet rows again, and what is found says less.
void warn_of_repeated_rows(const World& world, const Simulated& one, std::size_t rows) {
    if (one.answers != "shuffled-rows") return;  // each row once, then each once more
    std::size_t most = 0;
    for (const simulate::Run& run : one.runs) most = std::max(most, run.trials);
    if (most > rows)
        world.err << fmt::format(
            "quench: {}: the table has {} rows, and a run tries up to {} configurations: rows are met up to "
            "{} "
            "times, and good ones are found more easily than in a space\n",
            printable(one.file), rows, most, (most + rows - 1) / rows);
}

ExitCode simulate_all(const World& world, const Common& common, const Options& options) {
    if (options.table.empty() == options.function.empty())
        throw Refusal(
            ExitCode::usage,
            "give --table or --function, one of them (it says what trials would show) a table is a CSV file "
            "of learning curves, a function is one of " +
                study::listed(simulate::FunctionLandscape::names()));
    if (options.fit && options.table.empty())
        throw Refusal(ExitCode::usage,
                      "--fit is of a table (a function answers every configuration itself) "
                      "leave it out or give --table");
    if (options.noise && options.function.empty())
        throw Refusal(ExitCode::usage,
                      "--noise is of a function (a table has the noise of its makers) "
                      "leave it out or give --function");
    auto all = read_studies(world, options);
    if (!all) return ExitCode::usage;
    const auto table = options.table.empty()
                           ? nullptr
                           : std::make_shared<const simulate::Table>(table_of_file(options.table));
    const auto landscapes = landscapes_for(*all, options, table);
    for (std::size_t i = 0; i < all->size(); ++i) {
        Simulated& one = (*all)[i];
        one.runs = simulate::simulate_many(one.study, *landscapes[i], options.cost, options.seeds,
                                           std::max(1U, std::thread::hardware_concurrency()));
        if (table) warn_of_repeated_rows(world, one, table->rows());
    }
    print(world, common, options, *all);
    if (!options.plot.empty()) write_plot(options, *all);
    return ExitCode::ok;
}

}  // namespace

Action declare_simulate(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<Options>();
    simulate::Cost& cost = options->cost;
    const auto seconds = [] { return from_zero_to(1e9); };
    app.add_option("STUDY", options->file, "A study file");
    app.add_option("--compare", options->compared,
                   "Study files to put side by side, after STUDY if that is given")
        ->type_name("FILE ...");
    app.add_option("--table", options->table, "Learning curves that trials show (CSV)")->type_name("FILE");
    app.add_option("--function", options->function,
                   "A formula in a table's place: " + study::listed(simulate::FunctionLandscape::names()))
        ->type_name("NAME");
    app.add_option("--noise", options->noise,
                   "Of a function's reports: standard deviation, as a share of its scale (default: 0; 0.005 "
                   "is little)")
        ->check(from_zero_to(1e9));
    app.add_flag("--fit", options->fit,
                 "Answer configurations that are not in the table by a model fitted to it, instead of the "
                 "nearest row: for samplers that learn");
    app.add_option("--seeds", options->seeds, "Runs of each study, from its own seed on (default: 30)")
        ->check(CLI::Range(1, 1'000'000).description(""));
    app.add_option("--workers", cost.workers, "Trials that train at a time (default: 1)")
        ->check(CLI::Range(std::size_t{1}, core::Options{}.workers).description(""));
    app.add_option("--seconds", cost.seconds, "Of a step (default: the table's seconds, else 1)")
        ->check(seconds());
    app.add_option(
           "--spread", cost.spread,
           "How unequally fast trials are: standard deviation of the logarithm of their time (default: 0)")
        ->check(from_zero_to(5));
    app.add_option("--startup", cost.startup,
                   "Seconds from starting a process to its first step (default: 0)")
        ->check(seconds());
    app.add_option("--checkpoint", cost.checkpoint, "Seconds to write one, after every step (default: 0)")
        ->check(seconds());
    app.add_option("--deaths", cost.deaths_per_hour, "Of each worker an hour, at random (default: 0)")
        ->check(from_zero_to(3600));
    app.add_option("--repair", cost.repair, "Seconds until a dead worker is back (default: 60)")
        ->check(seconds());
    app.add_option("--plot", options->plot, "Write the best value against resource and against time as SVG")
        ->type_name("FILE");
    return [&world, &common, options] { return simulate_all(world, common, *options); };
}

}  // namespace quench::orchestrator::cli

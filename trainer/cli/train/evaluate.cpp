// mlpf-train evaluate --checkpoint-dir DIR [--data FILE] [--plots DIR]
#include "trainer/cli/limits.hpp"
#include "trainer/cli/train/chosen_model.hpp"
#include "trainer/cli/train/evaluation.hpp"
#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"
#include "trainer/metrics/jet_matching.hpp"
#include "trainer/metrics/json.hpp"
#include "trainer/metrics/plot/plots.hpp"
#include "trainer/metrics/table.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// What differs from the detector's own definition of jets.
struct JetOptions {
    std::optional<event::JetAlgorithm> algorithm{};
    std::optional<double> radius{}, least_pt{};
};

struct EvaluateOptions {
    EvaluationEvents events{};
    std::string checkpoint_dir{};
    std::string plots{};  ///< a folder; empty: none
    JetOptions jets{};
    Output output = Output::table;
};

void add_jets(CLI::App& app, JetOptions& jets) {
    const std::map<std::string, event::JetAlgorithm> algorithms = {
        {"anti-kt", event::JetAlgorithm::anti_kt}, {"ee-genkt", event::JetAlgorithm::ee_genkt}};
    app.add_option_function<event::JetAlgorithm>(
           "--jets", [&jets](event::JetAlgorithm algorithm) { jets.algorithm = algorithm; },
           "anti-kt, or ee-genkt: the generalised kt of e+e- with p = -1 (default: what suits the detector: "
           "anti-kt with R = 0.4 above 15 GeV, or ee-genkt with R = 0.7 above 5 GeV)")
        ->transform(CLI::CheckedTransformer(algorithms).description(""));
    app.add_option_function<double>(
           "--jet-radius", [&jets](double radius) { jets.radius = radius; }, "Radius of jets")
        ->check(within(0.05, 1.5));
    app.add_option_function<double>(
           "--jet-pt", [&jets](double pt) { jets.least_pt = pt; }, "Jets above this pt [GeV]")
        ->check(within(0.1, 1000.0));
}

event::JetDefinition definition_of(const JetOptions& options, event::Detector detector) {
    event::JetDefinition out = metrics::usual_jets(detector);
    if (options.algorithm) out.algorithm = *options.algorithm;
    if (options.radius) out.radius = *options.radius;
    if (options.least_pt) out.least_pt = *options.least_pt;
    return out;
}

// Before the work, which may take hours, rather than behind it.
void make_folder(const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder))
        throw Refused(fmt::format("{}: cannot put plots there ({}) say another --plots DIR", folder,
                                  error ? error.message() : "it is no folder"));
}

void write_plots(const metrics::Metrics& metrics, const std::string& folder) {
    for (const metrics::plot::Plot& plot : metrics::plot::all(metrics)) {
        const fs::path path = fs::path(folder) / (plot.name + ".svg");
        const fs::path unfinished = path.string() + ".part";
        std::ofstream out(unfinished, std::ios::binary);
        out << plot.svg;
        out.close();
        std::error_code error;
        if (out) fs::rename(unfinished, path, error);
        if (!out || error) {
            std::error_code ignored;
            fs::remove(unfinished, ignored);
            throw Refused(
                fmt::format("{}: cannot be written (the disk is full, or the folder is not to be "
                            "written to) make room or say another --plots DIR",
                            path.string()));
        }
    }
}

Json to_json(const EvaluateOptions& options, const training::Model& model, const Evaluation& evaluation) {
    Json out = {{"data", evaluation.source},
                {"checkpoint", options.checkpoint_dir},
                {"epoch", model.epoch},
                {"configuration", model.configuration}};
    out.update(metrics::to_json(evaluation.metrics));
    return out;
}

void print(const EvaluateOptions& options, const training::Model& model, const Evaluation& evaluation) {
    if (options.output == Output::json) {
        fmt::print("{}\n",
                   to_json(options, model, evaluation).dump(2, ' ', false, Json::error_handler_t::replace));
        return;
    }
    fmt::print("model of epoch {} in {}, on {}\n{}", model.epoch, options.checkpoint_dir, evaluation.source,
               metrics::to_table(evaluation.metrics));
}

void run(const EvaluateOptions& options, const mpi::Session& ranks) {
    if (options.checkpoint_dir.empty())
        throw Refused("there is no model (nothing to evaluate) say --checkpoint-dir DIR");
    do_all_or_none(ranks, [&] {
        if (ranks.is_root() && !options.plots.empty()) make_folder(options.plots);
    });
    const auto model = chosen_model(options.checkpoint_dir, nlohmann::json::object(), ranks);
    EvaluationEvents events = options.events;
    constexpr std::size_t generated = 200;
    if (events.file.empty() && events.events == 0) events.events = generated;
    const auto evaluation = evaluate(events, definition_of(options.jets, model->detector()), *model, ranks);
    do_all_or_none(ranks, [&] {
        if (!evaluation) return;
        if (!options.plots.empty()) write_plots(evaluation->metrics, options.plots);
        print(options, *model, *evaluation);
    });
}

}  // namespace

Action declare_evaluate(CLI::App& app) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<EvaluateOptions>();
    constexpr std::size_t most_events = 1'000'000;  // some 4 kB of memory each
    app.add_option(
           "--data", options->events.file,
           "Events to evaluate on, a file of mlpf-events or mlpf-import (default: generated ones, which "
           "no training sees)")
        ->check(CLI::ExistingFile);
    app.add_option("--events", options->events.events,
                   "How many events, the first ones (default: 200 generated ones, or all of --data)")
        ->check(CLI::Range(std::size_t{1}, most_events));
    add_generator(app, options->events.generator);
    add_checkpoint(app, options->checkpoint_dir);
    app.add_option("--plots", options->plots, "A folder for plots (SVG); it is made if it is not there");
    add_jets(app, options->jets);
    add_output(app, options->output);
    return [options](const mpi::Session& ranks) { run(*options, ranks); };
}

}  // namespace quench::trainer::cli

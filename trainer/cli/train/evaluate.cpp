// mlpf-train evaluate [FILE] --checkpoint-dir DIR [--plots DIR]
#include "trainer/cli/train/options.hpp"
#include "trainer/cli/train/predict_events.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/cli/train/verbs.hpp"
#include "trainer/data/event_file.hpp"
#include "trainer/data/generated_events.hpp"
#include "trainer/metrics/plots.hpp"
#include "trainer/metrics/report.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

struct EvaluateOptions {
    std::string file{};
    std::string checkpoint_dir{};
    std::string plots{};
    event::GeneratorOptions generator{};
    std::uint64_t first = 1'000'000;  // far from what anyone trains on
    std::size_t events = 0;           // 0: all of the file, or `generated`
    Output output = Output::table;
};
constexpr std::size_t generated = 1000;

struct Events {
    std::unique_ptr<data::EventSource> source;
    std::size_t count = 0;
    std::string description;
};

Events events_of(const EvaluateOptions& options) {
    if (options.file.empty()) {
        const std::size_t count = options.events > 0 ? options.events : generated;
        return {std::make_unique<data::GeneratedEvents>(options.generator, options.first, count), count,
                fmt::format("generated: {}, pile-up {}, seed {}, from {}",
                            event::to_text(options.generator.process), options.generator.pileup,
                            options.generator.seed, options.first)};
    }
    auto file = data::EventFile::open(options.file);
    if (!file) throw Refused(file.error().text());
    const std::size_t all = (*file)->size();
    return {std::move(file).value(), options.events > 0 ? std::min(options.events, all) : all, options.file};
}

void write_pictures(const std::string& folder, const metrics::Comparison& comparison) {
    std::filesystem::create_directories(folder);
    for (const metrics::Picture& picture : metrics::pictures(comparison)) {
        const std::filesystem::path path = std::filesystem::path(folder) / picture.name;
        std::ofstream out(path, std::ios::binary);
        out << picture.svg;
        if (!out.flush())
            throw Refused(path.string() + " cannot be written (is the disk full?) choose another --plots");
    }
}

void evaluate(const EvaluateOptions& options, const mpi::Session& ranks) {
    if (options.checkpoint_dir.empty())
        throw Refused("there is no model (nothing to evaluate) say --checkpoint-dir DIR");
    const auto loaded = training::load_model(options.checkpoint_dir, ranks);
    if (!loaded) throw Refused(loaded.error().text());
    const training::Model& model = **loaded;
    Events events;
    do_all_or_none(ranks, [&] {
        events = events_of(options);
        const auto same = training::check_detector(model, events.source->detector(), events.description);
        if (!same) throw Refused(same.error().text());
    });
    metrics::Comparison comparison{.rules = metrics::jet_rules(events.source->detector())};
    predict_events(model, *events.source, events.count, ranks,
                   [&](const event::Event& event, const training::Prediction& prediction) {
                       comparison.add(event, prediction.candidates);
                   });
    do_all_or_none(ranks, [&] {
        if (ranks.is_root() && !options.plots.empty()) write_pictures(options.plots, comparison);
    });
    if (options.output == Output::json) {
        auto json = metrics::to_json(comparison);
        json["source"] = events.description;
        json["epoch"] = model.epoch;
        json["configuration"] = model.configuration;
        print_line(ranks, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return;
    }
    print_line(ranks, fmt::format("{} events ({}), model of epoch {}\n\n{}", comparison.model.events,
                                  events.description, model.epoch, metrics::to_table(comparison)));
}

}  // namespace

Action declare_evaluate(CLI::App& app) {
    const auto options = std::make_shared<EvaluateOptions>();
    app.add_option("FILE", options->file,
                   "Events, a file of mlpf-events or mlpf-import (default: generated ones)");
    add_checkpoint(app, options->checkpoint_dir);
    app.add_option("--plots", options->plots, "A folder for pictures (SVG)");
    app.add_option("--events", options->events,
                   "At most so many (default: all of FILE, or 1000 generated ones)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}));
    app.add_option("--pileup", options->generator.pileup,
                   "Mean number of other collisions in a generated event")
        ->check(CLI::Range(0.0, 400.0))
        ->capture_default_str();
    app.add_option("--data-seed", options->generator.seed, "Which generated events")->capture_default_str();
    app.add_option("--first", options->first, "Number of the first generated event")->capture_default_str();
    add_output(app, options->output);
    return [options](const mpi::Session& ranks) { evaluate(*options, ranks); };
}

}  // namespace quench::trainer::cli

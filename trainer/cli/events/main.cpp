// mlpf-events: makes and describes files of events.
#include "trainer/cli/events/verbs.hpp"
#include "trainer/cli/limits.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace quench;
using namespace quench::trainer;

constexpr std::uint64_t most_events = 100'000'000;

void add_generator(CLI::App& app, event::GeneratorOptions& options) {
    const std::map<std::string, event::Process> processes = {{"ttbar", event::Process::ttbar},
                                                             {"qcd", event::Process::qcd}};
    app.add_option("--process", options.process, "ttbar or qcd")
        ->transform(CLI::CheckedTransformer(processes).description(""))
        ->default_str(std::string(event::to_text(options.process)));
    app.add_option("--pileup", options.pileup, "Mean number of other collisions in an event")
        ->check(cli::within(0.0, 400.0))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "The same seed, the same events")
        ->check(cli::not_negative())
        ->capture_default_str();
}

void add_generate(CLI::App& app, cli::GenerateOptions& options) {
    app.add_option("--events", options.events, "How many")
        ->required()
        ->check(CLI::Range(std::uint64_t{1}, most_events));
    app.add_option("--out", options.out, "The file to write")->required();
    add_generator(app, options.generator);
    app.add_option("--first", options.first, "Number of the first event: files of other numbers share none")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 60))
        ->capture_default_str();
    app.add_option("--threads", options.threads, "The events do not depend on it")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_flag("--force", options.force, "Replace an existing file");
    app.add_flag_callback(
        "--compress", [&options] { options.compression = data::hdf5::Compression::deflate; },
        "Deflate the tables: a smaller file that is slower to read");
}

void add_output(CLI::App& app, cli::Output& output) {
    const std::map<std::string, cli::Output> outputs = {{"table", cli::Output::table},
                                                        {"json", cli::Output::json}};
    app.add_option("--output", output, "table or json")
        ->transform(CLI::CheckedTransformer(outputs).description(""))
        ->default_str("table");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Makes and describes files of collider events for mlpf-train.", "mlpf-events");
    app.require_subcommand(1);
    cli::GenerateOptions generate{.generator = {.pileup = 40},
                                  .threads = std::max(1u, std::thread::hardware_concurrency())};
    cli::BaselineOptions baseline{.generator = {.pileup = 40, .process = event::Process::qcd}, .events = 300};
    cli::Output output = cli::Output::table;
    std::string path;
    CLI::App* const make = app.add_subcommand("generate", "Write a file of generated events");
    add_generate(*make, generate);
    CLI::App* const describe = app.add_subcommand("info", "Read all of a file and describe it");
    describe->add_option("FILE", path, "A file of events")->required();
    add_output(*describe, output);
    CLI::App* const compare =
        app.add_subcommand("baseline", "Compare the rule-based particle flow with the published one");
    compare->add_option("FILE", baseline.path, "A file of events (default: generate them)");
    compare->add_option("--events", baseline.events, "At most so many")
        ->check(CLI::Range(std::uint64_t{1}, most_events))
        ->capture_default_str();
    add_generator(*compare, baseline.generator);
    add_output(*compare, output);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        const auto done = make->parsed()       ? cli::generate(generate)
                          : describe->parsed() ? cli::info(path, output)
                                               : cli::baseline(baseline, output);
        if (done) return 0;
        fmt::print(stderr, "mlpf-events: {}\n", done.error().text());
    } catch (const std::exception& error) {
        fmt::print(stderr, "mlpf-events: {}\n", error.what());
    }
    return 1;
}

// quench anneal FILE [-- COMMAND...]
#include "orchestrator/cli/input_file.hpp"
#include "orchestrator/cli/long_work.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "predictor/anneal/branch_and_bound.hpp"
#include "predictor/anneal/brute_force.hpp"
#include "predictor/anneal/io/external_command.hpp"
#include "predictor/anneal/random.hpp"
#include "predictor/anneal/simulated.hpp"
#include "predictor/anneal/tempering.hpp"
#include "predictor/qubo/format.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using namespace predictor;
using anneal::Parameters;

struct AnnealOptions {
    std::string file;
    std::optional<qubo::Format> format;
    std::string annealer = "simulated";
    Parameters parameters;
    std::vector<double> beta_range;
    std::string initial_states;
    std::string write;
    std::vector<std::string> command;
    double timeout_s = 60;
    std::size_t limit = 10;
};

constexpr std::size_t most_bytes = 2'000'000'000;  // some 10,000 variables, every pair of them

std::string content(const std::string& file, const std::string& kind) {
    std::string text = text_of_file(file, kind, most_bytes);
    if (text.size() > most_bytes)
        throw Refusal(
            ExitCode::usage,
            fmt::format("'{}' is too large ({} bytes are read) is it the right file?", file, most_bytes));
    return text;
}

qubo::Qubo read_problem(const AnnealOptions& options) {
    const auto format = options.format ? options.format : qubo::format_of(options.file);
    if (!format)
        throw Refusal(
            ExitCode::usage,
            fmt::format("the format of '{}' is not known (by its name: .coo, .txt, .qubo, .json) say "
                        "it with --format",
                        options.file));
    auto problem = qubo::read(content(options.file, "problem"), *format);
    if (!problem) throw Refusal(ExitCode::usage, problem.error().in(options.file).text());
    return std::move(problem).value();
}

/// In the format of the file's name.
void write_problem(const qubo::Qubo& problem, const std::string& name) {
    const auto format = qubo::format_of(name);
    if (!format)
        throw Refusal(ExitCode::usage,
                      fmt::format("the format of '{}' is not known (by its name: .coo, .txt, .qubo, .json) "
                                  "give it one of these endings",
                                  name));
    std::ofstream file(name, std::ios::binary);
    file << qubo::write(problem, *format);
    file.close();
    if (!file)
        throw Refusal(ExitCode::error, fmt::format("'{}' cannot be written ({}) name another file", name,
                                                   std::strerror(errno)));
}

std::vector<qubo::Bits> read_states(const std::string& file) {
    std::vector<qubo::Bits> states;
    if (file.empty()) return states;
    std::istringstream lines(content(file, "file of states"));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        if (line.find_first_not_of("01") != std::string::npos)
            throw Refusal(
                ExitCode::usage,
                fmt::format("{}:{}: this is no state (a line is a digit 0 or 1 for each variable) correct "
                            "it",
                            file, number));
        qubo::Bits& state = states.emplace_back();
        for (const char digit : line) state.push_back(digit == '1' ? 1 : 0);
    }
    return states;
}

std::unique_ptr<anneal::Annealer> make_annealer(const AnnealOptions& options) {
    const std::string& name = options.annealer;
    if (name == "simulated") return std::make_unique<anneal::SimulatedAnnealer>();
    if (name == "tempering") return std::make_unique<anneal::TemperingAnnealer>();
    if (name == "branch-and-bound") return std::make_unique<anneal::BranchAndBoundAnnealer>();
    if (name == "brute-force") return std::make_unique<anneal::BruteForceAnnealer>();
    if (name == "random") return std::make_unique<anneal::RandomAnnealer>();
    return std::make_unique<anneal::ExternalCommandAnnealer>(anneal::ExternalCommand{
        .command = options.command,
        .timeout = std::chrono::milliseconds(static_cast<std::int64_t>(1e3 * options.timeout_s))});
}

Json view(const AnnealOptions& options, const anneal::SampleSet& set, std::size_t variables) {
    const anneal::Info& info = set.info();
    const anneal::SampleSet distinct = set.aggregate();
    Json samples = Json::array();
    for (const anneal::Sample& sample : distinct.samples()) {
        if (options.limit != 0 && samples.size() == options.limit) break;
        std::string digits;
        for (const auto bit : sample.bits) digits += bit != 0 ? '1' : '0';
        samples.push_back(
            {{"energy", sample.energy}, {"num_occurrences", sample.num_occurrences}, {"sample", digits}});
    }
    const auto& range = info.beta_range;
    return {{"file", options.file},
            {"variables", variables},
            {"annealer", info.annealer},
            {"seed", options.parameters.seed},
            {"energy", set.first().energy},
            {"proved_optimal", info.proved_optimal},
            {"interrupted", info.interrupted},
            {"distinct_samples", distinct.samples().size()},
            {"beta_range", range ? Json{range->first, range->second} : Json(nullptr)},
            {"instruction_set", info.instruction_set.empty() ? Json(nullptr) : Json(info.instruction_set)},
            {"flips_attempted", info.flips_attempted},
            {"flips_accepted", info.flips_accepted},
            {"timing",
             {{"preprocessing_ns", info.preprocessing_ns},
              {"sampling_ns", info.sampling_ns},
              {"postprocessing_ns", info.postprocessing_ns}}},
            {"samples", samples}};
}

const std::vector<Column> columns = {
    {"energy", "ENERGY", Align::right}, {"num_occurrences", "READS", Align::right}, {"sample", "SAMPLE"}};

void print_summary(std::ostream& out, const Json& v) {
    const auto ns = [&](const char* key) { return v["timing"][key].get<double>(); };
    out << fmt::format("{} of {} variables by {}, seed {}: {} distinct samples in {:.3g} ms\n",
                       cell_text(v["file"]), cell_text(v["variables"]), cell_text(v["annealer"]),
                       cell_text(v["seed"]), cell_text(v["distinct_samples"]),
                       1e-6 * (ns("preprocessing_ns") + ns("sampling_ns") + ns("postprocessing_ns")));
    if (!v["beta_range"].is_null() && !v["instruction_set"].is_null())
        out << fmt::format("inverse temperatures {} to {}, {} of {} flips accepted, {}\n",
                           cell_text(v["beta_range"][0]), cell_text(v["beta_range"][1]),
                           cell_text(v["flips_accepted"]), cell_text(v["flips_attempted"]),
                           cell_text(v["instruction_set"]));
    if (v["proved_optimal"] == true) out << "the first is a minimum, by proof\n";
    if (v["interrupted"] == true) out << "interrupted: what was found by then\n";
    out << "\n";
    print_table(out, columns, v["samples"]);
}

ExitCode run_anneal(const World& world, const Common& common, AnnealOptions options) {
    Interruption interruption;
    Parameters& parameters = options.parameters;
    if ((options.annealer == "command") == options.command.empty())
        throw Refusal(
            ExitCode::usage,
            options.command.empty()
                ? "the annealer's command is missing (--annealer command runs one) give it behind --"
                : "a command is given but not used (only --annealer command runs one) say so, or leave "
                  "it out");
    const qubo::Qubo problem = read_problem(options);
    if (!options.write.empty()) {
        write_problem(problem, options.write);
        return ExitCode::ok;
    }
    parameters.initial_states = read_states(options.initial_states);
    if (!options.beta_range.empty()) parameters.beta_range = {options.beta_range[0], options.beta_range[1]};
    if (!parameters.beta_schedule.empty()) parameters.beta_schedule_type = anneal::BetaSchedule::custom;
    parameters.interrupt_function = interruption.token();
    base::Result<anneal::SampleSet> set = [&] {
        ProgressLine line(world.err, "annealing");
        parameters.progress = [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); };
        return make_annealer(options)->sample(problem, parameters);
    }();
    if (!set)
        throw Refusal(interruption.requested() ? ExitCode::interrupted : ExitCode::error, set.error().text());
    const Json v = view(options, *set, problem.size());
    switch (common.output) {
        case Output::json:
            print_json(world.out, v);
            break;
        case Output::csv:
            print_csv(world.out, columns, v["samples"]);
            break;
        case Output::table:
            print_summary(world.out, v);
            break;
    }
    return interruption.requested() ? ExitCode::interrupted : ExitCode::ok;
}

template <class Enum>
CLI::CheckedTransformer one_of(const std::map<std::string, Enum>& names) {
    return CLI::CheckedTransformer(names);
}

/// The name with hyphens, and with underscores as in dwave-samplers.
std::string both(std::string name) {
    std::string other = name;
    std::replace(other.begin() + 2, other.end(), '-', '_');  // but not the leading ones
    return other == name ? name : name + "," + other;
}

}  // namespace

Action declare_anneal(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto o = std::make_shared<AnnealOptions>();
    Parameters& p = o->parameters;
    const auto option = [&](const char* name, auto& value, const char* what) {
        return app.add_option(both(name), value, what);
    };
    app.add_option("FILE", o->file, "A QUBO: COO text (.coo, .txt), qbsolv (.qubo) or bqpjson (.json)")
        ->required();
    app.add_option("COMMAND", o->command, "Behind --: the program of --annealer command");
    option("--format", o->format, "coo, qubo or json (default: by the file's name)")
        ->transform(one_of<qubo::Format>(
            {{"coo", qubo::Format::coo}, {"qubo", qubo::Format::qbsolv}, {"json", qubo::Format::json}}));
    option("--write", o->write,
           "Write the problem to this file, in the format of its name, and anneal nothing");
    option("--annealer", o->annealer,
           "simulated, tempering, branch-and-bound, brute-force, random or command")
        ->check(CLI::IsMember(
            {"simulated", "tempering", "branch-and-bound", "brute-force", "random", "command"}));
    option("--num-reads", p.num_reads, "Samples");
    option("--num-sweeps", p.num_sweeps, "Tries of every bit, in each read");
    option("--num-sweeps-per-beta", p.num_sweeps_per_beta, "Sweeps at each inverse temperature");
    option("--beta-range", o->beta_range, "HOT COLD inverse temperatures (default: probed)")->expected(2);
    option("--beta-schedule-type", p.beta_schedule_type, "geometric, linear or custom")
        ->transform(one_of<anneal::BetaSchedule>({{"geometric", anneal::BetaSchedule::geometric},
                                                  {"linear", anneal::BetaSchedule::linear},
                                                  {"custom", anneal::BetaSchedule::custom}}));
    option("--beta-schedule", p.beta_schedule, "Every inverse temperature, instead of a range: custom")
        ->expected(1, -1);
    option("--seed", p.seed, "The same seed gives the same samples");
    option("--initial-states", o->initial_states, "A file of lines 0110...: where the first reads begin");
    option("--initial-states-generator", p.initial_states_generator,
           "random, tile or none: for the other reads")
        ->transform(
            one_of<anneal::InitialStatesGenerator>({{"random", anneal::InitialStatesGenerator::random},
                                                    {"tile", anneal::InitialStatesGenerator::tile},
                                                    {"none", anneal::InitialStatesGenerator::none}}));
    option("--randomize-order", p.randomize_order, "true or false: bits in a new order each sweep");
    option("--proposal-acceptance-criteria", p.proposal_acceptance_criteria, "metropolis or gibbs")
        ->transform(
            one_of<anneal::AcceptanceCriteria>({{"metropolis", anneal::AcceptanceCriteria::metropolis},
                                                {"gibbs", anneal::AcceptanceCriteria::gibbs}}));
    option("--pair-flips", p.pair_flips, "true or false: also flip two bits at once");
    option("--descent-reads", p.descent_reads, "Reads that end by descent");
    option("--threads", p.threads, "0: one a core; the samples do not depend on it");
    option("--instruction-set", p.instruction_set,
           "best, avx512, avx2 or baseline; the samples do not depend on it")
        ->transform(one_of<anneal::InstructionSet>({{"best", anneal::InstructionSet::best},
                                                    {"avx512", anneal::InstructionSet::avx512},
                                                    {"avx2", anneal::InstructionSet::avx2},
                                                    {"baseline", anneal::InstructionSet::baseline}}));
    option("--timeout", o->timeout_s, "Seconds that the command may take")->check(CLI::Range(0.001, 1e9));
    option("--limit", o->limit, "Samples to print; 0: all");
    return [&world, &common, o] { return run_anneal(world, common, *o); };
}

}  // namespace quench::orchestrator::cli

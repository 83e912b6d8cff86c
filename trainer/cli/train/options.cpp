#include "trainer/cli/train/options.hpp"

#include "trainer/cli/limits.hpp"
#include "trainer/cli/train/together.hpp"
#include "trainer/mlpf/network.hpp"
#include "trainer/mlpf/presets.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::trainer::cli {

using nlohmann::json;

void add_events(CLI::App& app, EventOptions& options) {
    constexpr std::size_t most_events = 1'000'000;
    app.add_option("--data", options.data.file,
                   "Events to train on, a file of mlpf-events (default: generated ones)")
        ->check(CLI::ExistingFile);
    app.add_option("--validation-data", options.data.validation_file,
                   "Events to validate on (default: the last of --data)")
        ->check(CLI::ExistingFile);
    app.add_option_function<std::size_t>(
           "--events",
           [&options](std::size_t n) {
               options.data.events = n;
               options.events_given = true;
           },
           fmt::format("Events to train on (default: {} generated ones, or all of --data)",
                       options.generated))
        ->check(CLI::Range(std::size_t{1}, most_events));
    app.add_option_function<std::size_t>(
           "--validation-events",
           [&options](std::size_t n) {
               options.data.validation_events = n;
               options.validation_given = true;
           },
           fmt::format(
               "Events to validate on (default: {}, or a fifth of --data, or all of --validation-data)",
               options.generated_validation > 0 ? std::to_string(options.generated_validation)
                                                : "a quarter of --events"))
        ->check(CLI::Range(std::size_t{1}, most_events));
    add_generator(app, options.data.generator);
}

void add_generator(CLI::App& app, event::GeneratorOptions& options) {
    app.add_option("--pileup", options.pileup, "Mean number of other collisions in a generated event")
        ->check(within(0.0, 400.0))
        ->capture_default_str();
    app.add_option("--data-seed", options.seed, "Which generated events: the same seed, the same events")
        ->check(not_negative())
        ->capture_default_str();
}

training::DataOptions chosen(EventOptions options) {
    training::DataOptions& data = options.data;
    const bool generated = data.file.empty();
    if (!options.events_given) data.events = generated ? options.generated : 0;
    const std::size_t validation = options.generated_validation > 0
                                       ? options.generated_validation
                                       : std::max<std::size_t>(1, data.events / 4);
    if (!options.validation_given) data.validation_events = generated ? validation : 0;
    return data;
}

void add_settings(CLI::App& app, Settings& settings) {
    app.add_option(
        "--set", settings,
        fmt::format("NAME=VALUE: a hyperparameter; repeat for more. QUENCH_RUN overrides it. Known: {}; "
                    "and preset, what the others begin with: {}",
                    mlpf::to_text({}), fmt::join(mlpf::preset_names(), ", ")));
}

// JSON, and numbers as people write them too (.5, 1., +1e-3, 010); all else is text.
json value_of(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
    const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
    const char *begin = text.data() + (has_plus ? 1 : 0), *end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(begin, end, whole); read.ec == std::errc() && read.ptr == end)
        return whole;
    double number = 0;
    if (const auto read = std::from_chars(begin, end, number);
        read.ec == std::errc() && read.ptr == end && std::isfinite(number))
        return number;
    return text;
}

json params_from(const Settings& settings) {
    json params = json::object();
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0)
            throw Refused{"--set " + setting + ": must be NAME=VALUE, as in --set lr=1e-3"};
        params[setting.substr(0, equals)] = value_of(setting.substr(equals + 1));
    }
    return params;
}

Configuration configuration_from(const json& params) {
    constexpr double most_parameters = 1e8;  // with gradients and moments 1.6 GB a rank
    auto hyper = mlpf::hyperparameters_from(params);
    if (const auto* error = std::get_if<base::Error>(&hyper)) throw Refused{error->text()};
    if (const auto* infeasible = std::get_if<contract::Infeasible>(&hyper)) return {{}, *infeasible};
    Configuration out{std::get<mlpf::Hyperparameters>(hyper), {}};
    if (const double count = mlpf::parameter_count(out.hyper, 12); count > most_parameters)
        out.infeasible = contract::Infeasible{fmt::format(
            "{:.3g} parameters, but at most {:.3g} are allowed; take smaller widths or fewer layers", count,
            most_parameters)};
    return out;
}

void add_checkpoint(CLI::App& app, std::string& folder) {
    app.add_option("--checkpoint-dir", folder, "Where the model's checkpoint is; it says what the model is");
}

void add_threads(CLI::App& app, std::size_t& threads) {
    app.add_option("--threads", threads,
                   "Threads of each rank; one rank a core without them is usually faster")
        ->check(CLI::Range(std::size_t{1}, std::size_t{256}))
        ->capture_default_str();
}

void add_rank_timeout(CLI::App& app, double& seconds) {
    constexpr double most_seconds = 1e6;  // more is for ever
    app.add_option("--rank-timeout", seconds,
                   "Seconds that a rank waits for the others before it ends them all; 0: for ever")
        ->check(within(0.0, most_seconds))
        ->capture_default_str();
}

void add_output(CLI::App& app, Output& output) {
    const std::map<std::string, Output> outputs = {{"table", Output::table}, {"json", Output::json}};
    app.add_option("--output", output, "table or json")
        ->transform(CLI::CheckedTransformer(outputs).description(""))
        ->default_str("table");
}

}  // namespace quench::trainer::cli

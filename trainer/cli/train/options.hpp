// Options that several verbs share: declared here, so that one name means one thing everywhere.
#pragma once

#include "trainer/contract/report_line.hpp"
#include "trainer/mlpf/hyperparameters.hpp"
#include "trainer/training/sources.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace CLI {
class App;
}

namespace quench::trainer::cli {

/// Which events: --data, --validation-data, --events, --validation-events, --pileup, --data-seed.
struct EventOptions {
    training::DataOptions data{};
    bool events_given = false;
    bool validation_given = false;
    /// How many where the command line does not say and events are generated; 0 for validation: a quarter of
    /// the others.
    std::size_t generated = 200, generated_validation = 0;
};
/// `options` has the verb's defaults.
void add_events(CLI::App& app, EventOptions& options);

/// --pileup, --data-seed, of verbs that generate events.
void add_generator(CLI::App& app, event::GeneratorOptions& options);

/// With the numbers that the command line does not say: of a file all.
training::DataOptions chosen(EventOptions options);

/// --set NAME=VALUE, as often as one likes.
using Settings = std::vector<std::string>;
void add_settings(CLI::App& app, Settings& settings);

/// The settings as {name: value}; what is no JSON is a text. Throws Refused for what is no NAME=VALUE.
nlohmann::json params_from(const Settings& settings);

/// Hyperparameters, or why they cannot work: a value out of its limits, or too many parameters. Throws
/// Refused for unknown names and wrong types.
struct Configuration {
    mlpf::Hyperparameters hyper;
    std::optional<contract::Infeasible> infeasible;
};
Configuration configuration_from(const nlohmann::json& params);

/// --checkpoint-dir, of verbs that take a trained model.
void add_checkpoint(CLI::App& app, std::string& folder);

/// --threads, of each rank.
void add_threads(CLI::App& app, std::size_t& threads);

/// --rank-timeout, in seconds.
void add_rank_timeout(CLI::App& app, double& seconds);

/// What data on stdout looks like: --output table or json.
enum class Output { table, json };
void add_output(CLI::App& app, Output& output);

}  // namespace quench::trainer::cli

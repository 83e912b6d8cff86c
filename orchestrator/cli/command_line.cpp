#include "orchestrator/cli/command_line.hpp"

#include "orchestrator/cli/build_info.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <exception>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
namespace {

/// CLI11's words for a wrong verb name no neighbour.
std::string wrong_verb(const CLI::App& app, const std::vector<std::string>& arguments) {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--db" || word == "--output") ++i;
        if (word.starts_with('-')) continue;
        if (std::find(names.begin(), names.end(), word) != names.end()) return "";
        return "there is no command '" + printable(word) + "' (" + study::suggestion(word, names) + ")";
    }
    return "a command is missing (use one of " + study::listed(names) + ")";
}

ExitCode explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments,
                 const World& world) {
    if (error.get_exit_code() == 0) {  // --help, --version
        app.exit(error, world.out, world.err);
        return ExitCode::ok;
    }
    const std::string verb = wrong_verb(app, arguments);
    world.err << "quench: " << (verb.empty() ? printable(error.what()) : verb) << "\n";
    const auto chosen = app.get_subcommands();
    world.err << "Try 'quench " << (chosen.empty() ? "" : chosen.front()->get_name() + " ") << "--help'.\n";
    return ExitCode::usage;
}

ExitCode run(const Action& action, const World& world) {
    try {
        const ExitCode code = action();
        world.out.flush();
        if (world.out.good()) return code;
        world.err << "quench: the output could not be written (is the disk full?)\n";
    } catch (const Refusal& refusal) {
        world.err << "quench: " << refusal.what() << "\n";
        return refusal.code();
    } catch (const std::exception& failure) {
        world.err << "quench: " << failure.what() << "\n";
    }
    return ExitCode::error;
}

}  // namespace

ExitCode run_command_line(const std::vector<std::string>& arguments, std::span<const Verb> verbs,
                          const World& world) {
    CLI::App app("Quench: hyperparameter optimization on clusters", "quench");
    Common common;
    const std::map<std::string, Output> outputs = {
        {"table", Output::table}, {"json", Output::json}, {"csv", Output::csv}};
    app.set_version_flag("--version", build_info());
    app.require_subcommand(1);
    app.add_option("--db", common.db, "The database (default: $QUENCH_DB, else quench.db here)")
        ->envname("QUENCH_DB")
        ->type_name("FILE");
    app.add_option("--output", common.output, "table, json or csv")
        ->transform(CLI::CheckedTransformer(outputs).description(""))
        ->type_name("FORM");
    std::vector<std::pair<CLI::App*, Action>> actions;
    for (const Verb& verb : verbs) {
        CLI::App* sub = app.add_subcommand(verb.name, verb.summary);
        sub->fallthrough();  // --db and --output may stand behind the verb
        actions.emplace_back(sub, verb.declare(*sub, world, common));
    }
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& error) {
        return explain(app, error, arguments, world);
    }
    for (const auto& [sub, action] : actions)
        if (sub->parsed()) return run(action, world);
    return ExitCode::usage;
}

}  // namespace quench::orchestrator::cli

// quench best [STUDY]
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/verbs.hpp"

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
Action declare_best(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto study = std::make_shared<std::string>();
    app.add_option("STUDY", *study, "Its name; may be left out when the database has one study");
    return [&world, &common, study] {
        print_best(world, common, read_journal(world, common, *study).state);
        return ExitCode::ok;
    };
}

}  // namespace quench::orchestrator::cli

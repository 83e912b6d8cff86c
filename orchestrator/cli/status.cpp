// quench status [STUDY]
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/progress.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"

#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

ExitCode print_status(const World& world, const Common& common, const std::string& study) {
    const Journal journal = read_journal(world, common, study);
    const core::State& state = journal.state;
    switch (common.output) {
        case Output::json:
            print_json(world.out, status_view(state));
            break;
        case Output::csv:
            print_flat_csv(world.out, status_view(state));
            break;
        case Output::table: {
            constexpr int wide = 1000;  // a pipe gets whole lines
            world.out << live_view(state, {.now = world.now()}, wide, false);
            break;
        }
    }
    return ExitCode::ok;
}

}  // namespace

Action declare_status(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto study = std::make_shared<std::string>();
    app.add_option("STUDY", *study, "Its name; may be left out when the database has one study");
    return [&world, &common, study] { return print_status(world, common, *study); };
}

}  // namespace quench::orchestrator::cli

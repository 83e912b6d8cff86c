// quench best [STUDY]
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"

#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

ExitCode print_best(const World& world, const Common& common, const std::string& study) {
    const Journal journal = read_journal(world, common, study);
    const auto best = best_of(journal.state);
    if (!best)
        throw Refusal(
            ExitCode::not_found,
            fmt::format("study '{}' has no best trial yet (no trial has reported {}) wait, or look at "
                        "'quench trials'",
                        journal.study, journal.state.study().objective.metric));
    const Json view = best_view(journal.state, *best);
    if (best->provisional)
        world.err << "quench: provisional: no trial is completed yet; this is the best of those that got "
                     "furthest\n";
    if (common.output == Output::json) {
        print_json(world.out, view);
    } else if (common.output == Output::csv) {
        print_flat_csv(world.out, view);
    } else {
        world.out << fmt::format("trial  {}\n{}  {} ({} {}{})\n", best->trial.value(),
                                 printable(journal.state.study().objective.metric), short_number(best->value),
                                 printable(journal.state.study().fidelity.unit), best->step,
                                 best->provisional ? ", provisional" : "");
        Json rows = Json::array();
        for (const auto& [name, value] : view["params"].items())
            rows.push_back({{"parameter", name}, {"value", value}});
        world.out << "\n";
        print_table(world.out, {{"parameter", "PARAMETER"}, {"value", "VALUE"}}, rows);
    }
    return ExitCode::ok;
}

}  // namespace

Action declare_best(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto study = std::make_shared<std::string>();
    app.add_option("STUDY", *study, "Its name; may be left out when the database has one study");
    return [&world, &common, study] { return print_best(world, common, *study); };
}

}  // namespace quench::orchestrator::cli

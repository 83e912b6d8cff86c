// quench show TRIAL [--study STUDY]
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/outcome.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"

#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

void print_part(std::ostream& out, const char* title, const std::vector<Column>& columns, const Json& rows) {
    if (rows.empty()) return;
    out << "\n" << title << "\n";
    print_table(out, columns, rows);
}

void print_as_text(std::ostream& out, const core::State& state, const Json& view) {
    out << fmt::format("trial {} of {}: {}\n", view["trial"].get<std::uint64_t>(), state.study().name,
                       cell_text(view["state"]));
    out << fmt::format("{} {} at {} {} of {}, bracket {}, proposed {}\n",
                       printable(state.study().objective.metric), cell_text(view["value"]),
                       printable(state.study().fidelity.unit), cell_text(view["step"]),
                       cell_text(view["goal"]), cell_text(view["bracket"]), cell_text(view["proposed"]));
    if (!view["parent"].is_null())
        out << fmt::format("began with the checkpoint of trial {} at {} {}\n",
                           cell_text(view["parent"]["trial"]), printable(state.study().fidelity.unit),
                           cell_text(view["parent"]["step"]));
    if (!view["ended"].is_null())
        out << fmt::format("{} {}: {}\n", cell_text(view["ended"]["how"]), cell_text(view["ended"]["at"]),
                           cell_text(view["ended"]["reason"]));
    Json params = Json::array();
    for (const auto& [name, value] : view["params"].items())
        params.push_back({{"parameter", name}, {"value", value}});
    print_part(out, "Parameters", {{"parameter", "PARAMETER"}, {"value", "VALUE"}}, params);
    if (!view["lineage"].is_null()) print_lineage(out, state.study(), view["lineage"]);
    print_part(out, "Curve",
               {{"step", "STEP", Align::right},
                {"value", printable(state.study().objective.metric), Align::right},
                {"attempt", "ATTEMPT", Align::right},
                {"at", "AT (UTC)"},
                {"metrics", "METRICS"}},
               view["curve"]);
    print_part(out, "Attempts",
               {{"attempt", "ATTEMPT", Align::right},
                {"worker", "WORKER"},
                {"from", "FROM", Align::right},
                {"to", "TO", Align::right},
                {"ranks", "RANKS", Align::right},
                {"started", "STARTED (UTC)"},
                {"seconds", "SECONDS", Align::right},
                {"outcome", "OUTCOME"},
                {"detail", "DETAIL"},
                {"log", "LOG"}},
               view["attempts"]);
    print_part(out, "Verdicts",
               {{"step", "STEP", Align::right},
                {"verdict", "VERDICT"},
                {"to", "TO", Align::right},
                {"forecast", "FORECAST", Align::right},
                {"threshold", "THRESHOLD", Align::right},
                {"reason", "REASON"}},
               view["verdicts"]);
}

ExitCode print_trial(const World& world, const Common& common, const std::string& study,
                     std::uint64_t trial) {
    const Journal journal = read_journal(world, common, study);
    const core::TrialId id = existing_trial(journal, trial);
    const Json view = trial_view(journal.state, journal.facts, id);
    switch (common.output) {
        case Output::json:
            print_json(world.out, view);
            break;
        case Output::csv:
            print_flat_csv(world.out, view);
            break;
        case Output::table:
            print_as_text(world.out, journal.state, view);
            break;
    }
    return ExitCode::ok;
}

}  // namespace

Action declare_show(CLI::App& app, const World& world, const Common& common) {
    struct ShowOptions {
        std::uint64_t trial = 0;
        std::string study;
    };
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<ShowOptions>();
    app.add_option("TRIAL", options->trial, "Its number")->required();
    app.add_option("--study", options->study, "Its study; may be left out when the database has one");
    return [&world, &common, options] { return print_trial(world, common, options->study, options->trial); };
}

}  // namespace quench::orchestrator::cli

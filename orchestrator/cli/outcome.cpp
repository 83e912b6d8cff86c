#include "orchestrator/cli/outcome.hpp"

#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/views.hpp"
#include "orchestrator/core/decide.hpp"

#include <ostream>

#include <fmt/format.h>

namespace quench::orchestrator::cli {

namespace {

Refusal no_best(const core::State& state) {
    return Refusal(ExitCode::not_found,
                   fmt::format("study '{}' has no best trial yet (no trial has reported {}) wait, or look at "
                               "'quench trials'",
                               state.study().name, core::metrics_of(state.study())));
}

void print_front(const World& world, const Common& common, const core::State& state,
                 const core::Front& front) {
    const Json view = front_view(state, front);
    if (front.provisional)
        world.err << "quench: provisional: no trial is completed yet; these are of those that got furthest\n";
    if (common.output == Output::json) return print_json(world.out, view);
    std::vector<Column> columns = {{"trial", "TRIAL", Align::right}};
    for (const core::Objective& one : state.study().objectives())
        columns.push_back({"values." + one.metric, printable(one.metric), Align::right});
    columns.push_back({"step", printable(state.study().fidelity.unit), Align::right});
    for (const auto& parameter : state.study().space.parameters())
        columns.push_back({"params." + parameter.name, printable(parameter.name)});
    Json rows = view["front"];
    for (Json& row : rows)
        for (const char* group : {"values", "params"}) {
            const Json members = row[group];
            for (const auto& [name, value] : members.items()) row[std::string(group) + "." + name] = value;
        }
    if (common.output == Output::csv) return print_csv(world.out, columns, rows);
    world.out << fmt::format(
        "{} of {} trials: none beats them in one objective without losing in another\n\n",
        front.trials.size(), state.trials.size());
    print_table(world.out, columns, rows);
}

}  // namespace

void print_lineage(std::ostream& out, const core::Study& study, const Json& rows) {
    const std::string unit = printable(study.fidelity.unit);
    std::vector<Column> columns = {
        {"trial", "TRIAL", Align::right}, {"from", unit + " FROM", Align::right}, {"to", "TO", Align::right}};
    for (const auto& parameter : study.space.parameters())
        columns.push_back({"params." + parameter.name, printable(parameter.name)});
    Json flat = rows;
    for (Json& row : flat) {
        const Json params = row["params"];
        for (const auto& [name, value] : params.items()) row["params." + name] = value;
    }
    out << "\nLineage: its last parameters alone do not repeat it; train with these one after the other\n";
    print_table(out, columns, flat);
}

void print_best(const World& world, const Common& common, const core::State& state) {
    const auto best = best_of(state);
    if (!best) throw no_best(state);
    if (!state.study().others.empty()) return print_front(world, common, state, front_of(state));
    const Json view = best_view(state, *best);
    if (best->provisional)
        world.err << "quench: provisional: no trial is completed yet; this is the best of those that got "
                     "furthest\n";
    if (common.output == Output::json) {
        print_json(world.out, view);
    } else if (common.output == Output::csv) {
        print_flat_csv(world.out, view);
    } else {
        world.out << fmt::format("trial  {}\n{}  {} ({} {}{})\n", best->trial.value(),
                                 printable(state.study().objective.metric), short_number(best->value),
                                 printable(state.study().fidelity.unit), best->step,
                                 best->provisional ? ", provisional" : "");
        Json rows = Json::array();
        for (const auto& [name, value] : view["params"].items())
            rows.push_back({{"parameter", name}, {"value", value}});
        world.out << "\n";
        print_table(world.out, {{"parameter", "PARAMETER"}, {"value", "VALUE"}}, rows);
        if (!view["lineage"].is_null()) print_lineage(world.out, state.study(), view["lineage"]);
    }
}

ExitCode print_outcome(const World& world, const Common& common, const core::State& state) {
    const std::string& name = state.study().name;
    if (state.phase == core::StudyPhase::paused) {
        world.err << fmt::format("study '{}' is paused; 'quench resume {}' goes on\n", name, name);
        return ExitCode::ok;
    }
    world.err << fmt::format("study '{}' {}: {}\n", name, state_name(state), printable(ending_text(state)));
    if (!best_of(state)) {
        world.err << fmt::format(
            "quench: no trial reported {} ('quench trials' and 'quench show TRIAL' say why)\n",
            printable(core::metrics_of(state.study())));
        return ExitCode::error;
    }
    print_best(world, common, state);
    return state.ending->how == core::StudyEnding::failed ? ExitCode::error : ExitCode::ok;
}

}  // namespace quench::orchestrator::cli

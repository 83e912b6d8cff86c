// quench trials [STUDY] [--state STATE]... [--sort KEY] [--reverse] [--limit N]
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"
#include "orchestrator/core/decide.hpp"
#include "orchestrator/study/nearest.hpp"

#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
namespace {

struct TrialsOptions {
    std::string study;
    std::vector<std::string> states;
    std::string sort = "trial";
    bool reverse = false;
    std::size_t limit = 0;  ///< 0: all
};

const std::vector<std::string>& sort_keys() {
    static const std::vector<std::string> keys = {"trial", "value", "step", "state", "attempts"};
    return keys;
}

std::vector<const core::Trial*> chosen(const core::State& state, const TrialsOptions& options) {
    std::vector<const core::Trial*> trials;
    for (const core::Trial& trial : state.trials) {
        const auto& states = options.states;
        if (states.empty() || std::find(states.begin(), states.end(), state_name(trial)) != states.end())
            trials.push_back(&trial);
    }
    const core::Direction direction = state.study().objective.direction;
    const auto before = [&](const core::Trial* a, const core::Trial* b) {
        if (options.sort == "state") return state_name(*a) < state_name(*b);
        if (options.sort == "step") return a->reached > b->reached;
        if (options.sort == "attempts") return a->attempts > b->attempts;
        if (options.sort == "value") {  // the best first, those without a value last
            const auto x = a->value();
            const auto y = b->value();
            return x && (!y || core::better(direction, *x, *y));
        }
        return a->id < b->id;
    };
    std::stable_sort(trials.begin(), trials.end(), before);
    if (options.reverse) std::reverse(trials.begin(), trials.end());
    if (options.limit > 0 && trials.size() > options.limit) trials.resize(options.limit);
    return trials;
}

ExitCode print_trials(const World& world, const Common& common, const TrialsOptions& options) {
    const Journal journal = read_journal(world, common, options.study);
    const core::State& state = journal.state;
    std::vector<Column> columns = {{"trial", "TRIAL", Align::right},
                                   {"state", "STATE"},
                                   {"value", state.study().objective.metric, Align::right},
                                   {"step", state.study().fidelity.unit, Align::right},
                                   {"goal", "GOAL", Align::right},
                                   {"bracket", "BRACKET", Align::right},
                                   {"attempts", "ATTEMPTS", Align::right},
                                   {"worker", "WORKER"}};
    for (const core::Objective& other : state.study().others)
        columns.insert(columns.begin() + 3, {"values." + other.metric, other.metric, Align::right});
    if (search::scheduler_proposes(state.study().fidelity.name)) {
        columns.push_back({"parent.trial", "PARENT", Align::right});
        columns.push_back({"parent.step", "AT", Align::right});
    }
    Json rows = Json::array();
    for (const core::Trial* trial : chosen(state, options)) rows.push_back(trial_row(state, *trial));
    if (common.output != Output::json) {
        // A column for each parameter, behind a prefix so that none of them can be taken for one of ours.
        for (Json& row : rows) {
            if (const Json values = row["values"]; values.is_object())
                for (const auto& [name, value] : values.items()) row["values." + name] = value;
            if (const Json parent = row["parent"]; parent.is_object())
                for (const auto& [name, value] : parent.items()) row["parent." + name] = value;
            const Json params = row["params"];
            for (const auto& [name, value] : params.items()) row["params." + name] = value;
        }
        for (const auto& parameter : state.study().space.parameters()) {
            const bool text = std::holds_alternative<search::space::CategoricalDomain>(parameter.domain);
            columns.push_back(
                {"params." + parameter.name, parameter.name, text ? Align::left : Align::right});
        }
    }
    for (Column& column : columns) column.title = cell_text(column.title);
    print_rows(world.out, common.output, columns, rows);
    return ExitCode::ok;
}

}  // namespace

Action declare_trials(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<TrialsOptions>();
    app.add_option("STUDY", options->study, "Its name; may be left out when the database has one study");
    app.add_option("--state", options->states, "Only these: " + study::listed(state_names()))
        ->delimiter(',')
        ->allow_extra_args(false)  // "--state running STUDY" must not take the study for a state
        ->check(CLI::IsMember(state_names()).description(""));
    app.add_option("--sort", options->sort, "By " + study::listed(sort_keys()) + " (value: the best first)")
        ->check(CLI::IsMember(sort_keys()).description(""));
    app.add_flag("--reverse", options->reverse, "The other way round");
    app.add_option("--limit", options->limit, "No more than this many");
    return [&world, &common, options] { return print_trials(world, common, *options); };
}

}  // namespace quench::orchestrator::cli

// quench validate FILE [--slots N | --elsewhere]
#include "base/random.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/study_source.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"
#include "orchestrator/cli/warm_start_source.hpp"
#include "orchestrator/store/names.hpp"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using namespace search::space;

struct ValidateOptions {
    std::string file;
    int slots = 1;
    bool elsewhere = false;
};

struct DomainText {
    std::string operator()(const FloatDomain& d) const {
        return fmt::format("float {} to {}{}{}", short_number(d.low), short_number(d.high),
                           d.scale == Scale::log ? ", log" : "",
                           d.step ? ", step " + short_number(*d.step) : "");
    }
    std::string operator()(const IntDomain& d) const {
        return fmt::format("int {} to {}{}{}", d.low, d.high, d.scale == Scale::log ? ", log" : "",
                           d.step != 1 ? fmt::format(", step {}", d.step) : "");
    }
    std::string operator()(const CategoricalDomain& d) const {
        std::string out;
        for (const Value& choice : d.choices) out += (out.empty() ? "one of " : ", ") + to_text(choice);
        return out;
    }
};

Json parameter_rows(const Space& space) {
    Json rows = Json::array();
    for (const Parameter& parameter : space.parameters()) {
        std::string when;
        for (const Condition& condition : parameter.when) {
            std::string values;
            for (const Value& value : condition.any_of)
                values += (values.empty() ? "" : " or ") + to_text(value);
            when += (when.empty() ? "" : ", ") + condition.parameter + " is " + values;
        }
        rows.push_back({{"parameter", parameter.name},
                        {"domain", std::visit(DomainText{}, parameter.domain)},
                        {"when", when.empty() ? Json(nullptr) : Json(when)}});
    }
    return rows;
}

/// What share of the configurations fulfils the constraints, from draws: 1 without constraints.
double feasible_share(const Space& space) {
    constexpr std::uint64_t draws = 4000;
    std::vector<double> point(space.dimensions());
    std::uint64_t fulfil = 0;
    for (std::uint64_t draw = 0; draw < draws; ++draw) {
        base::Rng rng(0, "feasible share", draw);
        for (double& coordinate : point) coordinate = rng.uniform();
        if (!space.broken_constraint(space.decode_freely(point))) ++fulfil;
    }
    return static_cast<double>(fulfil) / static_cast<double>(draws);
}

Json constraint_texts(const Space& space) {
    Json texts = Json::array();
    for (const Constraint& constraint : space.constraints()) texts.push_back(constraint.text());
    return texts;
}

/// The plan of a study that nothing has happened in yet.
core::State fresh_state(const core::Study& study) {
    core::State state;
    state.created.emplace();
    state.created->study = study;
    state.sampler = search::make_sampler(study.sampler, study.space).value();
    state.scheduler = search::make_scheduler(study.fidelity, study.space, study.sampler.seed).value();
    return state;
}

/// How many trials the schedule and the stop rules allow at most, where one of them says.
std::optional<std::uint64_t> planned_trials(const core::State& state) {
    std::optional<std::uint64_t> planned = state.study().stop.trials;
    std::uint64_t scheduled = 0;
    std::optional<int> bracket;
    for (const auto& rung : state.scheduler->rungs()) {
        if (bracket == rung.bracket) continue;  // the first rung of a bracket holds all its trials
        bracket = rung.bracket;
        if (!rung.planned) return planned;
        scheduled += *rung.planned;
    }
    return scheduled == 0 ? planned : std::min(planned.value_or(scheduled), scheduled);
}

Json summary(const ValidateOptions& options, const core::Study& study) {
    const core::State state = fresh_state(study);
    const auto trials = planned_trials(state);
    const auto resource = planned_resource(state);
    const auto cardinality = study.space.cardinality();
    return {{"file", options.file},
            {"valid", true},
            {"study", study.name},
            {"objective",
             {{"metric", study.objective.metric},
              {"direction", std::string(store::to_text(study.objective.direction))}}},
            {"objectives", objective_rows(study)},
            {"enqueued", study.sampler.enqueue.size()},
            {"warm_start", study.warm_start ? Json(study.warm_start->study) : Json(nullptr)},
            {"sampler", study.sampler.name},
            {"seed", study.sampler.seed},
            {"scheduler", study.fidelity.name},
            {"unit", study.fidelity.unit},
            {"max", study.fidelity.max},
            {"planned_trials", trials ? Json(*trials) : Json(nullptr)},
            {"planned_resource", resource ? Json(*resource) : Json(nullptr)},
            {"command", study.trial.command},
            {"ranks", study.trial.ranks},
            {"parameters", parameter_rows(study.space)},
            {"configurations", cardinality ? Json(*cardinality) : Json(nullptr)},
            {"constraints", constraint_texts(study.space)},
            {"feasible_share", feasible_share(study.space)},
            {"rungs", rung_rows(state)}};
}

void print_summary(std::ostream& out, const Json& s) {
    const auto text = [&s](const char* key) { return cell_text(s[key]); };
    const auto planned = [&s](const char* key) { return s[key].is_null() ? "not fixed" : cell_text(s[key]); };
    out << fmt::format("{} is a valid study: {}\n\n", text("file"), text("study"));
    for (const Json& objective : s["objectives"])
        out << fmt::format("objective  {} {}\n", cell_text(objective["direction"]),
                           cell_text(objective["metric"]));
    out << fmt::format("search     {}, seed {}{}{}\n", text("sampler"), text("seed"),
                       s["enqueued"] == 0 ? "" : fmt::format(", {} enqueued", text("enqueued")),
                       s["warm_start"].is_null() ? "" : ", learns from " + text("warm_start"));
    out << fmt::format("fidelity   {}, up to {} {}\n", text("scheduler"), text("max"), text("unit"));
    out << fmt::format("planned    trials: {}; {}: {}\n", planned("planned_trials"), text("unit"),
                       planned("planned_resource"));
    std::string command;
    for (const Json& word : s["command"]) command += " " + cell_text(word);
    out << fmt::format("command   {} (ranks: {})\n\n", command, text("ranks"));
    print_table(out, {{"parameter", "PARAMETER"}, {"domain", "DOMAIN"}, {"when", "WHEN"}}, s["parameters"]);
    if (!s["constraints"].empty()) {
        const double share = s["feasible_share"];
        out << fmt::format("\nconstraints (of uniform draws {} fulfil all):\n",
                           share > 0 ? fmt::format("{:.3g} %", 100 * share) : "less than 1 in 1000");
        for (const Json& constraint : s["constraints"]) out << "  " << cell_text(constraint) << "\n";
    }
    if (!s["configurations"].is_null())
        out << fmt::format("\nconfigurations  {}\n", cell_text(s["configurations"]));
    if (s["rungs"].empty()) return;
    out << "\n";
    print_table(out,
                {{"bracket", "BRACKET", Align::right},
                 {"at", "RUNG", Align::right},
                 {"planned", "PLANNED", Align::right}},
                s["rungs"]);
}

ExitCode refuse(const World& world, const Common& common, const ValidateOptions& options,
                const std::vector<study::FileError>& errors) {
    Json rows = Json::array();
    print_file_errors(world, options.file, errors);
    for (const auto& error : errors) rows.push_back({{"line", error.line}, {"text", error.text}});
    if (common.output == Output::json)
        print_json(world.out, {{"file", options.file}, {"valid", false}, {"errors", rows}});
    if (common.output == Output::csv) print_csv(world.out, {{"line", ""}, {"text", ""}}, rows);
    return ExitCode::usage;
}

ExitCode validate(const World& world, const Common& common, const ValidateOptions& options) {
    const std::optional<int> slots = options.elsewhere ? std::nullopt : std::optional(options.slots);
    const study::Reading reading = read_source(options.file, slots).reading;
    if (!reading.file) return refuse(world, common, options, reading.errors);
    const core::Study& study = reading.file->study;
    if (study.warm_start && !options.elsewhere) {
        const auto own = study.warm_start->db.empty() ? world.open_to_read(common.db) : nullptr;
        learn(world, own.get(), study, std::filesystem::absolute(options.file).parent_path().string());
    }
    const Json s = summary(options, study);
    switch (common.output) {
        case Output::json:
            print_json(world.out, s);
            break;
        case Output::csv:
            print_flat_csv(world.out, s);
            break;
        case Output::table:
            print_summary(world.out, s);
            break;
    }
    return ExitCode::ok;
}

}  // namespace

Action declare_validate(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<ValidateOptions>();
    app.add_option("FILE", options->file, "The study file")->required();
    options->slots = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    app.add_option("--slots", options->slots,
                   "Rank slots of the largest worker (default: the cores of this machine)")
        ->check(CLI::Range(1, 1'000'000).description(""));
    app.add_flag("--elsewhere", options->elsewhere,
                 "It will run on other machines: do not look for its program, slots and warm_start here");
    return [&world, &common, options] { return validate(world, common, *options); };
}

}  // namespace quench::orchestrator::cli

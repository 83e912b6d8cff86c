// quench why [TRIAL] [--study STUDY]
#include "orchestrator/cli/forecast_record.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/cli/views.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

/// Where a predictor was fitted by annealing: its energy above the optimum without bits, and that of random
/// bits.
void add_energy_columns(std::vector<Column>& columns, const Json& rows) {
    const auto annealed = [](const Json& row) { return !row["energy_gap"].is_null(); };
    if (std::none_of(rows.begin(), rows.end(), annealed)) return;
    columns.push_back({"energy_gap", "ENERGY GAP", Align::right});
    columns.push_back({"random_energy_gap", "OF RANDOM BITS", Align::right});
}

void print_trial(std::ostream& out, const core::State& state, const Json& view) {
    out << fmt::format("trial {} of {}: {}\n", view["trial"].get<std::uint64_t>(), state.study().name,
                       cell_text(view["state"]));
    if (view["verdicts"].empty()) {
        out << "no verdict yet\n";
        return;
    }
    std::vector<Column> columns = {{"step", "STEP", Align::right},
                                   {"verdict", "VERDICT"},
                                   {"to", "TO", Align::right},
                                   {"target", "TARGET", Align::right},
                                   {"forecast", "FORECAST", Align::right},
                                   {"deviation", "+-", Align::right},
                                   {"threshold", "THRESHOLD", Align::right},
                                   {"chance", "CHANCE", Align::right},
                                   {"predictor", "BY"},
                                   {"rival", "BESIDE"},
                                   {"rival_forecast", "FORECAST", Align::right}};
    add_energy_columns(columns, view["verdicts"]);
    columns.insert(columns.end(), {{"came_to", "CAME TO", Align::right},
                                   {"went_on", "WENT ON"},
                                   {"right", "RIGHT"},
                                   {"reason", "REASON"}});
    print_table(out, columns, view["verdicts"]);
}

void print_chances(std::ostream& out, std::string_view of, const Json& rows) {
    out << "\n" << of << "\n";
    print_table(out,
                {{"from", "FROM", Align::right},
                 {"to", "TO", Align::right},
                 {"verdicts", "VERDICTS", Align::right},
                 {"mean_chance", "MEAN CHANCE", Align::right},
                 {"went_on", "WENT ON", Align::right}},
                rows);
}

void print_study(std::ostream& out, const Json& view) {
    out << fmt::format(
        "{}, scheduler {}: {} verdicts, {} trials stopped by forecasts, whose chances to go on "
        "come to {:.2f} in all (what they would have come to is not known)\n",
        view["study"].get<std::string>(), view["scheduler"].get<std::string>(),
        view["verdicts"].get<std::size_t>(), view["stopped"].get<std::size_t>(),
        view["risked"].get<double>());
    const auto met = [](const Json& row) { return row["forecasts"] != 0; };
    const bool any = std::any_of(view["predictors"].begin(), view["predictors"].end(), met);
    if (!any) out << "no forecast has met its step yet\n";
    if (view["predictors"].empty()) return;
    if (any)
        print_chances(out, "Chances to go on, and how many did, of trials that were trained on",
                      view["chances"]);
    if (!view["audits"].empty())
        print_chances(out, "The same of audits: trials that would have been stopped, and went on to show it",
                      view["audits"]);
    out << "\nForecasts beside what trials came to\n";
    std::vector<Column> columns = {{"predictor", "PREDICTOR"},
                                   {"forecasts", "FORECASTS", Align::right},
                                   {"decided", "DECIDED", Align::right},
                                   {"median_error", "MEDIAN ERROR", Align::right},
                                   {"inside", "INSIDE 90 %", Align::right}};
    add_energy_columns(columns, view["predictors"]);
    print_table(out, columns, view["predictors"]);
    if (view["beside_last"].empty()) return;
    out << "\nBeside the last value, where both forecast\n";
    print_table(out,
                {{"predictor", "PREDICTOR"},
                 {"forecasts", "FORECASTS", Align::right},
                 {"median_error", "MEDIAN ERROR", Align::right},
                 {"median_error_of_last", "OF THE LAST VALUE", Align::right},
                 {"nearer", "NEARER", Align::right}},
                view["beside_last"]);
}

ExitCode explain(const World& world, const Common& common, const std::string& study,
                 const std::optional<std::uint64_t>& trial) {
    const Journal journal = read_journal(world, common, study);
    Json view;
    if (trial) {
        const core::TrialId id = existing_trial(journal, *trial);
        view = {{"study", journal.study},
                {"trial", *trial},
                {"state", state_name(journal.state.trial(id))},
                {"verdicts", verdict_rows(journal.state, journal.facts, id)}};
    } else {
        view = calibration_view(journal.state, journal.facts);
    }
    if (common.output == Output::json)
        print_json(world.out, view);
    else if (common.output == Output::csv)
        print_flat_csv(world.out, view);
    else if (trial)
        print_trial(world.out, journal.state, view);
    else
        print_study(world.out, view);
    return ExitCode::ok;
}

}  // namespace

Action declare_why(CLI::App& app, const World& world, const Common& common) {
    struct WhyOptions {
        std::optional<std::uint64_t> trial;
        std::string study;
    };
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto options = std::make_shared<WhyOptions>();
    app.add_option("TRIAL", options->trial, "Its number; without one, how good the study's forecasts were");
    app.add_option("--study", options->study, "Its study; may be left out when the database has one");
    return [&world, &common, options] { return explain(world, common, options->study, options->trial); };
}

}  // namespace quench::orchestrator::cli

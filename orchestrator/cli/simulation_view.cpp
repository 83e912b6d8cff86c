#include "orchestrator/cli/simulation_view.hpp"

#include "orchestrator/cli/text.hpp"
#include "orchestrator/simulate/statistics.hpp"
#include "search/catalogue.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using simulate::Estimate;
using simulate::Run;
using simulate::Use;

Json or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// Every figure of a run that has a mean.
Json figures(const Run& run) {
    Json row = {{"best", or_null(run.best)},
                {"trained_out", or_null(run.trained_out)},
                {"regret", or_null(run.regret)},
                {"resource", run.resource},
                {"trials", run.trials},
                {"completed", run.completed},
                {"seconds", run.seconds},
                {"wrongly_dropped", run.wrongly_dropped},
                {"wrongly_dropped_trials", run.wrongly_dropped_trials},
                {"idle", run.time.share(Use::waiting) + run.time.share(Use::last_trials)},
                {"idle_before_last", run.idle_before_last}};
    for (const Use use : simulate::uses) row["time_" + std::string(name_of(use))] = run.time.share(use);
    row["off_grid"] = run.off_grid;
    row["distance"] = run.distance;
    return row;
}

Json run_row(const Run& run) {
    Json row = {{"seed", run.seed}};
    row.update(figures(run));
    row["provisional"] = run.provisional;
    row["ending"] = run.ending;
    return row;
}

/// The mean of every figure, of the runs that have it.
std::map<std::string, Estimate> estimates(const std::vector<Run>& runs) {
    std::map<std::string, std::vector<double>> values;
    for (const Run& run : runs) {
        const Json row = figures(run);
        for (const auto& [key, figure] : row.items()) {
            auto& all = values[key];
            if (figure.is_number()) all.push_back(figure.get<double>());
        }
    }
    std::map<std::string, Estimate> means;
    for (const auto& [key, all] : values) means[key] = simulate::mean_of(all);
    return means;
}

std::string text_of(const Estimate& e) {
    if (std::isnan(e.mean)) return "-";
    if (e.low == e.high) return short_number(e.mean);
    return fmt::format("{} [{}, {}]", short_number(e.mean), short_number(e.low), short_number(e.high));
}

std::string percent(const Estimate& e) {
    return std::isnan(e.mean) ? "-" : fmt::format("{:.2f}", 100 * e.mean);
}

std::string percent_with_interval(const Estimate& e) {
    if (std::isnan(e.mean)) return "-";
    if (e.low == e.high) return percent(e);
    return fmt::format("{:.2f} [{:.2f}, {:.2f}]", 100 * e.mean, 100 * e.low, 100 * e.high);
}

/// What a reader of the figures should know.
std::vector<std::string> remarks(const Simulated& simulated, const std::map<std::string, Estimate>& means) {
    std::vector<std::string> texts;
    const auto& runs = simulated.runs;
    const auto provisional =
        std::count_if(runs.begin(), runs.end(), [](const Run& run) { return run.provisional; });
    if (provisional > 0)
        texts.push_back(
            fmt::format("in {} of {} runs no trial was completed; best is that of those that got furthest",
                        provisional, runs.size()));
    if (search::scheduler_proposes(simulated.study.fidelity.name))
        texts.push_back(fmt::format(
            "{} adds up gains of different configurations, so its values may lie outside of all curves",
            simulated.study.fidelity.name));
    if (simulated.noise > 0)
        texts.push_back(fmt::format(
            "every report has noise of {} of the function's scale; a chosen trial's value is the luckiest of "
            "many and may be better than the function's optimum",
            short_number(simulated.noise)));
    if (simulated.answers == "shuffled-rows")
        texts.push_back(
            fmt::format("sampler {} learns nothing, so the rows of the table answer in a shuffle, whatever "
                        "the configurations are",
                        simulated.study.sampler.name));
    const double off = means.at("off_grid").mean;
    if (off > 0 && simulated.model)
        texts.push_back(fmt::format(
            "a model of {} rows answers for configurations that are not in the table (the last step of some "
            "left out: R2 {:.2f} of normal scores, rank correlation {:.2f})",
            simulated.model->rows, simulated.model->r_squared, simulated.model->rank_correlation));
    else if (off > 0)
        texts.push_back(fmt::format(
            "{} of {} configurations of a run are not in the table; its nearest row answers, at a mean "
            "distance of {} (1: the whole range of one parameter)",
            short_number(off), short_number(means.at("trials").mean),
            short_number(means.at("distance").mean)));
    return texts;
}

/// Each once, after the studies that it is true of.
void print_remarks(std::ostream& out, const std::vector<Simulated>& all,
                   const std::vector<std::map<std::string, Estimate>>& means) {
    std::vector<std::pair<std::string, std::vector<std::string>>> files_of;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const std::string& text : remarks(all[i], means[i])) {
            auto same = std::find_if(files_of.begin(), files_of.end(),
                                     [&](const auto& known) { return known.first == text; });
            if (same == files_of.end()) same = files_of.insert(same, {text, {}});
            same->second.push_back(printable(all[i].file));
        }
    }
    for (const auto& [text, files] : files_of) out << fmt::format("{}: {}\n", fmt::join(files, ", "), text);
}

/// Of all runs; none where no verdict rested on a chance.
Json calibration_rows(const std::vector<Run>& runs) {
    simulate::Calibration all;
    for (const Run& run : runs) all.add(run.calibration);
    Json rows = Json::array();
    for (const simulate::ChanceBin& bin : all.bins()) {
        if (bin.verdicts == 0) continue;
        Json row = {{"from", bin.from},
                    {"to", bin.to},
                    {"verdicts", bin.verdicts},
                    {"mean_chance", bin.mean_chance()},
                    {"survived", bin.share_survived()},
                    {"stopped", bin.stopped},
                    {"stopped_mean_chance", nullptr},
                    {"stopped_survived", nullptr}};
        if (bin.stopped > 0) {
            const auto stopped = static_cast<double>(bin.stopped);
            row["stopped_mean_chance"] = bin.stopped_chances / stopped;
            row["stopped_survived"] = static_cast<double>(bin.stopped_survived) / stopped;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void print_calibration(std::ostream& out, const Simulated& simulated) {
    const Json rows = calibration_rows(simulated.runs);
    if (rows.empty()) return;
    out << fmt::format("{}: chances to survive a round, and the shares that would have\n",
                       printable(simulated.file));
    print_table(out,
                {{"from", "FROM", Align::right},
                 {"to", "TO", Align::right},
                 {"verdicts", "VERDICTS", Align::right},
                 {"mean_chance", "MEAN CHANCE", Align::right},
                 {"survived", "SURVIVED", Align::right},
                 {"stopped", "STOPPED", Align::right},
                 {"stopped_mean_chance", "MEAN CHANCE", Align::right},
                 {"stopped_survived", "WOULD HAVE SURVIVED", Align::right}},
                rows);
    out << "\n";
}

}  // namespace

Json simulation_view(const Simulated& simulated) {
    Json runs = Json::array();
    for (const Run& run : simulated.runs) runs.push_back(run_row(run));
    Json mean = Json::object();
    Json interval = Json::object();
    const auto means = estimates(simulated.runs);
    const Json keys = figures(simulated.runs.front());
    for (const auto& [key, value] : keys.items()) {
        const Estimate& e = means.at(key);
        mean[key] = e.mean;
        interval[key] = {e.low, e.high};
    }
    const core::Study& study = simulated.study;
    Json model = nullptr;
    if (simulated.model)
        model = {{"rows", simulated.model->rows},
                 {"configurations", simulated.model->configurations},
                 {"r2", simulated.model->r_squared},
                 {"rank_correlation", simulated.model->rank_correlation}};
    return {{"file", simulated.file},
            {"model", model},
            {"study", study.name},
            {"metric", study.objective.metric},
            {"sampler", study.sampler.name},
            {"scheduler", study.fidelity.name},
            {"unit", study.fidelity.unit},
            {"answers", simulated.answers},
            {"runs", runs},
            {"mean", mean},
            {"interval", interval},
            {"calibration", calibration_rows(simulated.runs)}};
}

void print_run_rows(std::ostream& out, const std::vector<Simulated>& all) {
    std::vector<Column> columns = {{"file", ""}, {"study", ""}, {"answers", ""}};
    const Json keys = run_row(all.front().runs.front());
    for (const auto& [key, value] : keys.items()) columns.push_back({key, ""});
    Json rows = Json::array();
    for (const Simulated& simulated : all)
        for (const Run& run : simulated.runs) {
            Json row = {
                {"file", simulated.file}, {"study", simulated.study.name}, {"answers", simulated.answers}};
            row.update(run_row(run));
            rows.push_back(std::move(row));
        }
    print_csv(out, columns, rows);
}

void print_simulations(std::ostream& out, const std::vector<Simulated>& all) {
    Json results = Json::array();
    Json times = Json::array();
    std::vector<std::map<std::string, Estimate>> means;
    for (const Simulated& simulated : all) {
        means.push_back(estimates(simulated.runs));
        const auto of = [&](const std::string& key) { return means.back().at(key); };
        results.push_back({{"file", simulated.file},
                           {"best", text_of(of("best"))},
                           {"trained_out", text_of(of("trained_out"))},
                           {"resource", text_of(of("resource"))},
                           {"trials", text_of(of("trials"))},
                           {"seconds", text_of(of("seconds"))},
                           {"dropped", percent_with_interval(of("wrongly_dropped"))}});
        Json row = {{"file", simulated.file},
                    {"idle_before_last", percent_with_interval(of("idle_before_last"))}};
        for (const Use use : simulate::uses) {
            const std::string name(name_of(use));
            row[name] = percent(of("time_" + name));
        }
        times.push_back(std::move(row));
    }
    print_table(out,
                {{"file", "STUDY"},
                 {"best", "BEST"},
                 {"trained_out", "TRAINED OUT"},
                 {"resource", "RESOURCE", Align::right},
                 {"trials", "TRIALS", Align::right},
                 {"seconds", "SECONDS", Align::right},
                 {"dropped", "WRONGLY DROPPED %", Align::right}},
                results);
    out << "\nwhere the workers' time went, in percent\n";
    print_table(out,
                {{"file", "STUDY"},
                 {"training", "TRAINING", Align::right},
                 {"repeated", "REPEATED", Align::right},
                 {"starting", "STARTING", Align::right},
                 {"saving", "SAVING", Align::right},
                 {"waiting", "IDLE: WAITING", Align::right},
                 {"last_trials", "IDLE: LAST TRIALS", Align::right},
                 {"down", "DOWN", Align::right},
                 {"idle_before_last", "IDLE BEFORE THE LAST TRIALS", Align::right}},
                times);
    out << "\n";
    for (const Simulated& one : all) print_calibration(out, one);
    print_remarks(out, all, means);
}

}  // namespace quench::orchestrator::cli

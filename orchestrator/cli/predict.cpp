// quench predict --table FILE
#include "orchestrator/cli/long_work.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/predict_curves.hpp"
#include "orchestrator/cli/predict_plot.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "predictor/catalogue.hpp"
#include "predictor/evaluation.hpp"

#include <atomic>
#include <cmath>
#include <fstream>
#include <mutex>
#include <ostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using predictor::Judge;
using predictor::Question;
using predictor::Score;
using predictor::Split;
using predictor::Together;

struct PredictOptions {
    CurvesAsked curves;
    std::string plot;
    std::vector<std::string> predictors = predictor::predictor_names();
    std::vector<double> known = {0, 0.1, 0.25, 0.5, 0.75, 0.9};
    std::vector<std::size_t> train = {10, 20, 40, 80};
    double train_known = 0.25;
    std::size_t folds = 5, repeats = 3, most_tested = 200, threads = 0;
    std::uint64_t seed = 0;
    bool coverage = false;
};

/// One cell of the result: a predictor, asked one question, on several splits.
struct Cell {
    std::string predictor = {};
    Question question = {};
    double fraction = 0;
    std::size_t train = 0;  ///< 0: by folds
    std::vector<Split> splits = {}, naive_splits = {};
    std::vector<Score> scores = {}, naive_scores = {};  ///< of the splits, where there is no complaint
    std::string complaint = {};
};

std::vector<Cell> plan(const PredictOptions& options, const LearningCurves& data) {
    std::vector<Cell> cells;
    const auto step = [&](double fraction) {
        const auto known = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(data.target)));
        return Question{std::min(known, data.target - 1), data.target};
    };
    const auto add = [&](double fraction, std::size_t train) {
        for (const std::string& name : options.predictors) {
            Cell cell{.predictor = name, .question = step(fraction), .fraction = fraction, .train = train};
            if (train != 0 && data.configurations < train + 2) {
                cell.complaint = fmt::format(
                    "too few configurations (there are {}, and 2 must be left to judge by) ask for smaller "
                    "training sets with --train",
                    data.configurations);
                cells.push_back(std::move(cell));
                continue;
            }
            for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
                const std::uint64_t seed = options.seed + 1000 * repeat;
                for (const auto together : {Together::configuration, Together::row}) {
                    auto& splits = together == Together::configuration ? cell.splits : cell.naive_splits;
                    if (train == 0)
                        std::ranges::move(predictor::folds(data.curves, options.folds, together, seed),
                                          std::back_inserter(splits));
                    else
                        splits.push_back(
                            predictor::random_split(data.curves, train, options.most_tested, together, seed));
                }
            }
            cells.push_back(std::move(cell));
        }
    };
    for (const double fraction : options.known) add(fraction, 0);
    for (const std::size_t train : options.train) add(options.train_known, train);
    return cells;
}

/// Fills the scores, over threads; each cell's scores are in the order of its splits.
void judge(const PredictOptions& options, const LearningCurves& data, std::vector<Cell>& cells,
           const std::function<void(std::uint64_t, std::uint64_t)>& progress, const std::stop_token& stop) {
    struct Job {
        Cell* cell;
        bool naive;
        std::size_t split;
    };
    std::vector<Job> jobs;
    for (Cell& cell : cells) {
        cell.scores.resize(cell.splits.size());
        cell.naive_scores.resize(cell.naive_splits.size());
        for (std::size_t i = 0; i < cell.splits.size(); ++i) jobs.push_back({&cell, false, i});
        for (std::size_t i = 0; i < cell.naive_splits.size(); ++i) jobs.push_back({&cell, true, i});
    }
    std::atomic<std::size_t> next = 0, done = 0;
    std::mutex one_at_a_time;
    const auto work = [&] {
        for (std::size_t j = next++; j < jobs.size() && !stop.stop_requested(); j = next++) {
            const auto& [cell, naive, split] = jobs[j];
            const auto made = predictor::make_predictor_from(cell->predictor).value();
            const auto found = predictor::score(
                *made, data.curves, (naive ? cell->naive_splits : cell->splits)[split], cell->question,
                options.coverage && !naive ? Judge::intervals : Judge::values, options.seed + split);
            const std::scoped_lock lock(one_at_a_time);
            if (found)
                (naive ? cell->naive_scores : cell->scores)[split] = *found;
            else
                cell->complaint = found.error().text();
            progress(++done, jobs.size());
        }
    };
    const std::size_t threads =
        options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
}

struct Moments {
    double mean = 0, deviation = 0;
};
template <class Get>
Moments moments(const std::vector<Score>& scores, const Get& get) {
    Moments m;
    const auto count = static_cast<double>(scores.size());
    for (const Score& score : scores) m.mean += get(score) / count;
    for (const Score& score : scores) m.deviation += (get(score) - m.mean) * (get(score) - m.mean) / count;
    m.deviation = std::sqrt(m.deviation);
    return m;
}

Json row_of(const Cell& cell) {
    Json row = {{"predictor", cell.predictor},
                {"known", cell.fraction},
                {"step", cell.question.known},
                {"train", cell.train == 0 ? Json(nullptr) : Json(cell.train)}};
    const bool good = cell.complaint.empty() && !cell.scores.empty();
    const auto put = [&](const char* key, double value) {
        row[key] = good && std::isfinite(value) ? Json(value) : Json(nullptr);
    };
    const auto mean = [&](const std::vector<Score>& scores, auto get) { return moments(scores, get).mean; };
    const Moments r2 = moments(cell.scores, [](const Score& s) { return s.r2; });
    put("r2", r2.mean);
    put("r2_sd", r2.deviation);
    put("rank_correlation", mean(cell.scores, [](const Score& s) { return s.rank_correlation; }));
    put("r2_naive", mean(cell.naive_scores, [](const Score& s) { return s.r2; }));
    put("rank_correlation_naive", mean(cell.naive_scores, [](const Score& s) { return s.rank_correlation; }));
    put("error", mean(cell.scores, [](const Score& s) { return s.error; }));
    put("fit_ms", mean(cell.scores, [](const Score& s) { return s.fit_ms; }));
    if (good && cell.scores.front().coverage)
        put("coverage", mean(cell.scores, [](const Score& s) { return s.coverage.value_or(0); }));
    if (good && cell.scores.front().energies) {
        put("energy_gap", mean(cell.scores, [](const Score& s) { return s.energies->gap(); }));
        put("random_energy_gap", mean(cell.scores, [](const Score& s) { return s.energies->random_gap(); }));
    }
    if (!cell.complaint.empty()) row["complaint"] = cell.complaint;
    return row;
}

Json view(const PredictOptions& options, const LearningCurves& data, const std::vector<Cell>& cells) {
    Json by_known = Json::array(), by_train = Json::array();
    for (const Cell& cell : cells) (cell.train == 0 ? by_known : by_train).push_back(row_of(cell));
    return {{"table", options.curves.table},
            {"metric", data.metric},
            {"target", data.target},
            {"curves", data.curves.size()},
            {"configurations", data.configurations},
            {"left_out", data.beyond},
            {"incomplete", data.incomplete},
            {"constant", data.constant()},
            {"seed", options.seed},
            {"folds", options.folds},
            {"repeats", options.repeats},
            {"by_known", by_known},
            {"by_train", by_train}};
}

std::vector<Column> columns(const PredictOptions& options, bool by_train) {
    std::vector<Column> all = {{"predictor", "PREDICTOR"}};
    if (by_train) all.push_back({"train", "TRAIN", Align::right});
    for (const Column& column : std::vector<Column>{{"known", "KNOWN", Align::right},
                                                    {"r2", "R2", Align::right},
                                                    {"r2_sd", "+-", Align::right},
                                                    {"rank_correlation", "RANK", Align::right},
                                                    {"r2_naive", "NAIVE R2", Align::right},
                                                    {"rank_correlation_naive", "NAIVE RANK", Align::right},
                                                    {"fit_ms", "FIT MS", Align::right}})
        all.push_back(column);
    if (options.coverage) all.push_back({"coverage", "IN 90 %", Align::right});
    return all;
}

/// Numbers to three digits, for people.
Json shortened(Json rows) {
    for (Json& row : rows) {
        row.emplace("coverage", nullptr);
        for (auto& [key, value] : row.items())
            if (value.is_number_float()) value = fmt::format("{:.3f}", value.get<double>());
        if (row["known"].is_string()) row["known"] = row["known"].get<std::string>().substr(0, 4);
    }
    return rows;
}

void print_view(std::ostream& out, const PredictOptions& options, const Json& v) {
    out << fmt::format(
        "{}: {} at step {} of {} curves, {} configurations, which stand on one side of a split\n"
        "(NAIVE: split by row, as in published tables; runs of one configuration then stand on both "
        "sides)\n{}\n",
        cell_text(v["table"]), cell_text(v["metric"]), cell_text(v["target"]), cell_text(v["curves"]),
        cell_text(v["configurations"]),
        v["left_out"] == 0
            ? ""
            : fmt::format("(left out for their values at that step: {})\n", cell_text(v["left_out"])));
    if (v["incomplete"] != 0)
        out << fmt::format(
            "({} have values that are missing or infinite, and take no part where one of these is asked "
            "for)\n\n",
            cell_text(v["incomplete"]));
    if (v["constant"] == true)
        out << "(all have the same value at that step: neither R2 nor ranks say anything of forecasts)\n\n";
    if (!v["by_known"].empty()) {
        out << fmt::format("By the share of the curve that is known: {} folds, {} times\n", options.folds,
                           options.repeats);
        print_table(out, columns(options, false), shortened(v["by_known"]));
    }
    if (!v["by_train"].empty()) {
        out << fmt::format("\nBy training curves, {:.0f} % of each known: {} splits\n",
                           100 * options.train_known, options.repeats);
        print_table(out, columns(options, true), shortened(v["by_train"]));
    }
    bool first = true;
    for (const char* part : {"by_known", "by_train"}) {
        for (const Json& row : v[part]) {
            if (!row.contains("energy_gap") || row["energy_gap"].is_null()) continue;
            if (first)
                out << "\nEnergy above the optimum without bits: of the samples, of as many random bits\n";
            first = false;
            const auto train =
                row["train"].is_null() ? std::string("folds") : cell_text(row["train"]) + " curves";
            out << fmt::format("  {} {:.2f}, {}: {:.2f} %, {:.0f} %\n", cell_text(row["predictor"]),
                               row["known"].get<double>(), train, 100 * row["energy_gap"].get<double>(),
                               100 * row["random_energy_gap"].get<double>());
        }
    }
}

void print_complaints(std::ostream& err, const std::vector<Cell>& cells) {
    for (const Cell& cell : cells) {
        if (cell.complaint.empty()) continue;
        err << fmt::format("quench: {} at {:.2g} of the curve{}: {}\n", cell.predictor, cell.fraction,
                           cell.train == 0 ? "" : fmt::format(", {} curves", cell.train), cell.complaint);
    }
}

void write_plot(const PredictOptions& options, const Json& v) {
    std::ofstream out(options.plot, std::ios::binary);
    out << predict_plot(fmt::format("{}: {} at step {}", options.curves.table, cell_text(v["metric"]),
                                    cell_text(v["target"])),
                        options.predictors, options.train_known, v);
    if (!out.flush())
        throw Refusal(
            ExitCode::error,
            fmt::format("the plot cannot be written to '{}' (no such folder, or no right or space) name "
                        "another file",
                        options.plot));
}

void check(const PredictOptions& options) {
    for (const std::string& text : options.predictors) {
        if (const auto made = predictor::make_predictor_from(text); !made)
            throw Refusal(ExitCode::usage, made.error().text());
    }
}

ExitCode run_predict(const World& world, const Common& common, const PredictOptions& options) {
    Interruption interruption;
    check(options);
    const LearningCurves data = read_curves(options.curves);
    constexpr std::size_t fewest = 4;  // two to learn from and two to judge by
    if (data.configurations < fewest)
        throw Refusal(
            ExitCode::error,
            fmt::format(
                "{}: too few curves ({} of {} configurations reach step {} with finite values{}, and it "
                "takes {} configurations) give more, or ask for an earlier step",
                options.curves.table, data.curves.size(), data.configurations, data.target,
                data.beyond == 0
                    ? ""
                    : fmt::format(", {} others are left out by --at-most or --at-least", data.beyond),
                fewest));
    std::vector<Cell> cells = plan(options, data);
    {
        ProgressLine line(world.err, "judging predictors");
        judge(
            options, data, cells, [&](std::uint64_t done, std::uint64_t all) { line.show(done, all); },
            interruption.token());
    }
    if (interruption.requested()) return ExitCode::interrupted;
    print_complaints(world.err, cells);
    if (std::ranges::none_of(cells, [](const Cell& cell) { return cell.complaint.empty(); }))
        throw Refusal(ExitCode::error,
                      "no predictor could be judged (the reasons stand above) give another table");
    const Json v = view(options, data, cells);
    if (!options.plot.empty()) write_plot(options, v);
    switch (common.output) {
        case Output::json:
            print_json(world.out, v);
            break;
        case Output::csv: {
            Json rows = v["by_known"];
            for (const Json& row : v["by_train"]) rows.push_back(row);
            for (Json& row : rows)
                for (const Column& column : columns(options, true)) row.emplace(column.key, nullptr);
            print_csv(world.out, columns(options, true), rows);
            break;
        }
        case Output::table:
            print_view(world.out, options, v);
            break;
    }
    return ExitCode::ok;
}

}  // namespace

Action declare_predict(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto o = std::make_shared<PredictOptions>();
    app.add_option("--table", o->curves.table, "Learning curves: CSV with columns hp.NAME and METRIC@STEP")
        ->required()
        ->type_name("FILE");
    app.add_option("--metric", o->curves.metric, "Which metric (default: the first)");
    app.add_option("--target", o->curves.target, "The step to forecast (default: the last)");
    app.add_option("--at-most", o->curves.most,
                   "Leave out curves with a larger value at the target: outliers");
    app.add_option("--at-least", o->curves.least, "Leave out curves with a smaller value at the target");
    app.add_option("--predictor", o->predictors,
                   "last, svr, qsvr, parametric, gp, with options as svr:kind=epsilon,cost=67.61; repeats")
        ->take_all();
    app.add_option("--known", o->known, "Shares of the curve that are known")->check(CLI::Range(0.0, 1.0));
    app.add_option("--train", o->train, "Sizes of training sets")->check(CLI::Range(2, 1'000'000));
    app.add_option("--train-known", o->train_known, "The share that is known there")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--folds", o->folds, "Of the cross-validation by share")->check(CLI::Range(2, 1'000'000));
    app.add_option("--repeats", o->repeats, "Random splits of each kind")->check(CLI::Range(1, 100'000));
    app.add_option("--test", o->most_tested, "Curves to judge by, at most, for each training set")
        ->check(CLI::Range(2, 1'000'000));
    app.add_option("--seed", o->seed, "The same seed gives the same splits and fits");
    app.add_option("--threads", o->threads, "0: one a core");
    app.add_flag("--coverage", o->coverage,
                 "Also how many truths the 90 % intervals hold (takes ten times as long)");
    app.add_option("--plot", o->plot, "Also a picture, SVG")->type_name("FILE");
    return [&world, &common, o] { return run_predict(world, common, *o); };
}

}  // namespace quench::orchestrator::cli

// quench simulate, through the command line.
#include "orchestrator/cli/command_line.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/store/memory_store.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::orchestrator::cli {
namespace {

using testing::HasSubstr;

class Simulate : public testing::Test {
  protected:
    Simulate() {
        std::filesystem::create_directories(folder_);
        write("table.csv", "hp.x,loss@1,loss@2,loss@3,loss@4\n0,4,3,2,1\n0.5,5,4,3,2\n1,9,9,9,9\n");
        write("hyperband.yaml", study("hyperband", "scheduler: hyperband, max: 4, eta: 2", ""));
        write("asha.yaml", study("asha", "scheduler: asha, max: 4, eta: 2", "stop: {trials: 10}\n"));
    }
    ~Simulate() override { std::filesystem::remove_all(folder_); }

    /// Without a trial section: no program is run.
    static std::string study(const std::string& name, const std::string& fidelity, const std::string& rest) {
        return "study: " + name +
               "\nobjective: {metric: loss}\nspace: {x: {type: float, low: 0, high: 1}}\nfidelity: {" +
               fidelity + "}\n" + rest;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

    ExitCode quench(const std::vector<std::string>& arguments) {
        std::ostringstream out;
        std::ostringstream err;
        const World world{out, err, [](const std::string&) { return std::make_unique<store::MemoryStore>(); },
                          [](const std::string&) { return std::vector<std::string>{}; },
                          [] { return base::TimePoint{}; }};
        const ExitCode code = run_command_line(arguments, verbs(), world);
        out_ = out.str();
        err_ = err.str();
        return code;
    }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) /
        ("quench_simulate_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::string out_;
    std::string err_;
};

TEST_F(Simulate, a_study_on_a_table_is_told_run_by_run_in_json) {
    ASSERT_EQ(quench({"simulate", path("hyperband.yaml"), "--table", path("table.csv"), "--seeds", "5",
                      "--workers", "2", "--output", "json"}),
              ExitCode::ok)
        << err_;
    const auto json = nlohmann::json::parse(out_);
    ASSERT_EQ(json["runs"].size(), 5u);
    // R = 4, eta = 2: brackets of 4, 3 and 3 trials.
    for (const auto& run : json["runs"]) {
        EXPECT_EQ(run["trials"], 10);
        EXPECT_EQ(run["wrongly_dropped"], 0);
        EXPECT_GT(run["seconds"], 0);
    }
    EXPECT_EQ(json["mean"]["trials"], 10);
    EXPECT_EQ(json["interval"]["trials"], nlohmann::json({10, 10}));
    EXPECT_EQ(json["answers"], "shuffled-rows");
    EXPECT_THAT(
        err_,
        HasSubstr(
            "the table has 3 rows, and a run tries up to 10 configurations: rows are met up to 4 times"));
    EXPECT_EQ(json["runs"][0]["off_grid"], 0);
}

TEST_F(Simulate, several_studies_stand_side_by_side_and_say_how_the_table_answers) {
    write("tpe.yaml", study("tpe", "scheduler: hyperband, max: 4, eta: 2", "search: {sampler: tpe}\n"));
    ASSERT_EQ(quench({"simulate", "--table", path("table.csv"), "--compare", path("hyperband.yaml"),
                      path("asha.yaml"), path("tpe.yaml")}),
              ExitCode::ok)
        << err_;
    for (const std::string text :
         {"hyperband.yaml", "asha.yaml", "WRONGLY DROPPED", "IDLE: WAITING",
          "asha.yaml: sampler random learns nothing, so the rows of the table answer in a shuffle",
          "tpe.yaml: 10 of 10 configurations of a run are not in the table; its nearest row answers"})
        EXPECT_THAT(out_, HasSubstr(text));
    ASSERT_EQ(quench({"simulate", path("asha.yaml"), "--compare", path("hyperband.yaml"), "--table",
                      path("table.csv"), "--output", "json", "--seeds", "2"}),
              ExitCode::ok);
    EXPECT_EQ(nlohmann::json::parse(out_)["studies"].size(), 2u);
    EXPECT_EQ(nlohmann::json::parse(out_)["studies"][0]["study"], "asha");
}

TEST_F(Simulate, population_based_training_is_refused_on_a_table_and_with_a_function_says_what_values_are) {
    write("pbt.yaml", study("pbt", "scheduler: pbt, population: 4, interval: 1, max: 4", ""));
    ASSERT_EQ(quench({"simulate", path("pbt.yaml"), "--table", path("table.csv")}), ExitCode::usage);
    EXPECT_THAT(err_, HasSubstr("a table holds curves of configurations that never change"));
    ASSERT_EQ(quench({"simulate", path("pbt.yaml"), "--function", "sphere", "--seeds", "2"}), ExitCode::ok)
        << err_;
    EXPECT_THAT(out_, HasSubstr("its values may lie outside of all curves"));
}

TEST_F(Simulate, a_fitted_model_answers_and_says_how_far_it_can_be_trusted) {
    std::string rows = "hp.x,loss@1,loss@2,loss@3,loss@4\n";
    for (int i = 0; i <= 30; ++i) {
        rows += std::to_string(i / 30.0);
        for (int step = 1; step <= 4; ++step) rows += "," + std::to_string((i - 10) * (i - 10) + 5 - step);
        rows += "\n";
    }
    write("smooth.csv", rows);
    const std::vector<std::string> common = {"simulate",       "--table",   path("smooth.csv"),
                                             "--fit",          "--compare", path("hyperband.yaml"),
                                             path("asha.yaml")};
    ASSERT_EQ(quench(common), ExitCode::ok) << err_;
    EXPECT_THAT(out_, HasSubstr("a model of 31 rows answers for configurations that are not in the table"));
    auto as_json = common;
    as_json.insert(as_json.end(), {"--output", "json", "--seeds", "2"});
    ASSERT_EQ(quench(as_json), ExitCode::ok) << err_;
    const auto json = nlohmann::json::parse(out_);
    for (const auto& one : json["studies"]) {
        EXPECT_EQ(one["model"]["configurations"], 31);
        EXPECT_GT(one["model"]["r2"], 0.8);
    }
    EXPECT_EQ(quench({"simulate", "--function", "sphere", "--fit", path("asha.yaml")}), ExitCode::usage);
    EXPECT_THAT(err_, HasSubstr("--fit is of a table"));
    EXPECT_EQ(quench({"simulate", "--table", path("table.csv"), "--fit", path("asha.yaml")}),
              ExitCode::usage);
    EXPECT_THAT(err_, HasSubstr("the table has 3 configurations of this space (a model needs 20)"));
}

TEST_F(Simulate, a_function_shows_its_own_values_and_noise_only_where_it_is_asked_for_and_told) {
    const std::vector<std::string> quiet = {"simulate", path("asha.yaml"), "--function", "sphere"};
    const auto noisy = [&](const std::string& noise) {
        auto arguments = quiet;
        arguments.insert(arguments.end(), {"--noise", noise});
        return arguments;
    };
    const auto least_trained_out = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--output", "json"});
        EXPECT_EQ(quench(arguments), ExitCode::ok) << err_;
        const auto json = nlohmann::json::parse(out_);
        EXPECT_EQ(json["runs"].size(), 30u);
        double least = HUGE_VAL;
        for (const auto& run : json["runs"]) least = std::min(least, run["trained_out"].get<double>());
        return least;
    };
    EXPECT_GE(least_trained_out(quiet), 0);
    // Noise of ten times the scale: half of 30 runs' values would lie below zero even if nothing was chosen.
    EXPECT_LT(least_trained_out(noisy("10")), 0);
    ASSERT_EQ(quench(quiet), ExitCode::ok);
    EXPECT_THAT(out_, testing::Not(HasSubstr("every report has noise")));
    ASSERT_EQ(quench(noisy("0.005")), ExitCode::ok);
    EXPECT_THAT(out_, HasSubstr("asha.yaml: every report has noise of 0.005 of the function's scale"));
}

TEST_F(Simulate, csv_has_a_row_a_run) {
    ASSERT_EQ(
        quench({"simulate", path("asha.yaml"), "--function", "sphere", "--seeds", "3", "--output", "csv"}),
        ExitCode::ok)
        << err_;
    EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 4);
    EXPECT_THAT(out_, testing::StartsWith("file,study,answers,seed,best,"));
}

TEST_F(Simulate, a_plot_is_a_file) {
    ASSERT_EQ(quench({"simulate", path("asha.yaml"), "--function", "ackley", "--seeds", "3", "--plot",
                      path("p.svg")}),
              ExitCode::ok)
        << err_;
    std::ifstream file(path("p.svg"));
    std::string first;
    std::getline(file, first);
    EXPECT_THAT(first, testing::StartsWith("<svg "));
    EXPECT_EQ(quench({"simulate", path("asha.yaml"), "--function", "ackley", "--plot", path("no/p.svg")}),
              ExitCode::error);
    EXPECT_THAT(err_, HasSubstr("cannot be written"));
}

TEST_F(Simulate, what_cannot_be_simulated_is_refused_with_the_reason) {
    const auto usage = [&](const std::vector<std::string>& arguments, const std::string& text) {
        EXPECT_EQ(quench(arguments), ExitCode::usage);
        EXPECT_THAT(err_, HasSubstr(text));
    };
    usage({"simulate", path("asha.yaml")}, "give --table or --function, one of them");
    usage({"simulate", path("asha.yaml"), "--table", path("table.csv"), "--function", "sphere"},
          "one of them");
    usage({"simulate", "--function", "sphere"}, "a study file is missing");
    usage({"simulate", path("asha.yaml"), "--table", path("none.csv")}, "the table is looked for");
    usage({"simulate", path("none.yaml"), "--function", "sphere"}, "the study file is looked for");
    usage({"simulate", path("asha.yaml"), "--function", "sfere"}, "did you mean 'sphere'?");
    usage({"simulate", path("asha.yaml"), "--function", "sphere", "--workers", "0"}, "--workers");
    usage({"simulate", path("asha.yaml"), "--function", "sphere", "--seconds", "nan"}, "--seconds");
    for (const std::string noise : {"-0.1", "nan", "inf", "1e999", "much"})
        usage({"simulate", path("asha.yaml"), "--function", "sphere", "--noise=" + noise},
              "'" + noise + "' is not a number from 0 to");
    usage({"simulate", path("asha.yaml"), "--table", path("table.csv"), "--noise", "0.1"},
          "--noise is of a function");
    write("bad.csv", "hp.x,loss@1\n0,1\n0,one\n");
    usage({"simulate", path("asha.yaml"), "--table", path("bad.csv")}, "bad.csv: line 3: loss@1 is 'one'");
    write("short.csv", "hp.x,loss@1\n0,1\n");
    usage({"simulate", path("asha.yaml"), "--table", path("short.csv")}, "asha.yaml: the table has 1 steps");
    write("wrong.yaml", "study: x\n");
    usage({"simulate", path("wrong.yaml"), "--function", "sphere"}, "wrong.yaml:1: ");
    write("other.yaml",
          "study: o\nobjective: {metric: accuracy}\nspace: {x: {type: float, low: 0, high: 1}}\n"
          "stop: {trials: 3}\ntrial: {command: [program]}\n");
    usage({"simulate", "--function", "sphere", "--compare", path("asha.yaml"), path("other.yaml")},
          "has another objective");
    usage({"simulate", "--function", "sphere", path("asha.yaml"), "--compare", path("asha.yaml")},
          "is named twice");
}

}  // namespace
}  // namespace quench::orchestrator::cli

#include "orchestrator/cli/command_line.hpp"

#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/store/memory_store.hpp"
#include "tests/orchestrator/cli/sample_journal.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::orchestrator::cli {
namespace {

/// What a command printed and how it ended.
struct Ran {
    ExitCode code;
    std::string out;
    std::string err;
    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
};

using Journals = std::vector<std::vector<core::StampedFact>>;

Ran quench_with(const Journals& journals, const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const World world{out, err,
                      [&](const std::string& path) -> std::unique_ptr<store::Store> {
                          if (path == "missing.db")
                              throw Refusal(ExitCode::not_found, "there is no database");
                          auto store = std::make_unique<store::MemoryStore>();
                          for (const auto& facts : journals) {
                              const auto& created = std::get<core::StudyCreated>(facts.front().fact);
                              EXPECT_TRUE(store->append(created.study.name, facts).ok());
                          }
                          return store;
                      },
                      [](const std::string&) { return std::vector<std::string>{}; },
                      [] { return journal_begin + std::chrono::seconds(60); }};
    const ExitCode code = run_command_line(arguments, verbs(), world);
    return {code, out.str(), err.str()};
}

const Journals& one() {
    static const Journals journals = {sample_journal(Until::promoted)};
    return journals;
}

TEST(command_line, a_wrong_verb_is_answered_with_the_nearest) {
    const Ran ran = quench_with({}, {"statsu"});
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find("there is no command 'statsu' (did you mean 'status'?)"), std::string::npos)
        << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(quench_with({}, {}).code, ExitCode::usage);
    EXPECT_EQ(quench_with({}, {"status", "--nonsense"}).code, ExitCode::usage);
    EXPECT_EQ(quench_with({}, {"status", "--output", "xml"}).code, ExitCode::usage);
}

TEST(command_line, help_and_version_are_data) {
    EXPECT_EQ(quench_with({}, {"--help"}).code, ExitCode::ok);
    const Ran ran = quench_with({}, {"--version"});
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_TRUE(ran.out.starts_with("quench ")) << ran.out;
}

TEST(command_line, a_missing_database_is_not_found) {
    EXPECT_EQ(quench_with({}, {"status", "--db", "missing.db"}).code, ExitCode::not_found);
    EXPECT_EQ(quench_with({}, {"--db", "missing.db", "status"}).code, ExitCode::not_found);
}

TEST(command_line, the_study_may_be_left_out_when_there_is_one) {
    EXPECT_EQ(quench_with(one(), {"status"}).code, ExitCode::ok);
    EXPECT_EQ(quench_with({}, {"status"}).code, ExitCode::not_found);
    const Ran wrong = quench_with(one(), {"status", "dmeo"});
    EXPECT_EQ(wrong.code, ExitCode::not_found);
    EXPECT_NE(wrong.err.find("did you mean 'demo'?"), std::string::npos) << wrong.err;
    const Journals two = {sample_journal(Until::promoted), sample_journal(Until::ended, "other")};
    EXPECT_EQ(quench_with(two, {"status"}).code, ExitCode::usage);
    EXPECT_EQ(quench_with(two, {"status", "other"}).code, ExitCode::ok);
}

TEST(studies, lists_each_with_its_best) {
    const auto rows = quench_with(one(), {"studies", "--output", "json"}).json();
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0]["study"], "demo");
    EXPECT_EQ(rows[0]["trials"], 3);
    EXPECT_EQ(rows[0]["best"], 0.4);
}

TEST(status, json_says_where_the_study_stands) {
    const auto status = quench_with(one(), {"status", "--output", "json"}).json();
    EXPECT_EQ(status["state"], "running");
    EXPECT_EQ(status["trials"]["running"], 1);
    EXPECT_EQ(status["trials"]["total"], 3);
    EXPECT_EQ(status["resource"]["spent"], 3);
    EXPECT_EQ(status["resource"]["planned"], 27);
    EXPECT_EQ(status["rungs"].size(), 3u);
    EXPECT_TRUE(status["best"]["provisional"]);
}

TEST(best, is_provisional_until_a_trial_is_completed) {
    const Ran early = quench_with(one(), {"best", "--output", "json"});
    EXPECT_EQ(early.json()["trial"], 1);
    EXPECT_EQ(early.json()["provisional"], true);
    EXPECT_NE(early.err.find("provisional"), std::string::npos);
    const Ran late = quench_with({sample_journal(Until::ended)}, {"best", "--output", "json"});
    EXPECT_EQ(late.json()["provisional"], false);
    EXPECT_EQ(late.json()["value"], 0.25);
    EXPECT_EQ(late.json()["params"]["lr"], 0.01);
    EXPECT_EQ(late.err, "");
    EXPECT_EQ(quench_with({sample_journal(Until::created)}, {"best"}).code, ExitCode::not_found);
}

TEST(trials, are_filtered_sorted_and_cut) {
    const auto by_value = quench_with(one(), {"trials", "--sort", "value", "--output", "json"}).json();
    EXPECT_EQ(by_value[0]["trial"], 1);
    EXPECT_EQ(by_value[2]["trial"], 2);
    const auto paused =
        quench_with(one(), {"trials", "--state", "paused", "demo", "--output", "json"}).json();
    EXPECT_EQ(paused.size(), 2u);
    EXPECT_EQ(quench_with(one(), {"trials", "--limit", "1", "--output", "json"}).json().size(), 1u);
    EXPECT_EQ(quench_with(one(), {"trials", "--state", "dancing"}).code, ExitCode::usage);
}

TEST(trials, csv_has_a_column_for_each_parameter) {
    const Ran ran = quench_with(one(), {"trials", "--output", "csv"});
    EXPECT_TRUE(
        ran.out.starts_with("trial,state,value,step,goal,bracket,attempts,worker,params.lr,params.model\r\n"
                            "0,paused,0.5,1,1,0,1,,0.001,gnn\r\n"
                            "1,running,0.4,1,3,0,2,local-0,0.01,\"a, \"\"b\"\"\"\r\n"))
        << ran.out;
}

TEST(why, shows_what_verdicts_rested_on_and_what_came_of_them) {
    const Journals ended = {sample_journal(Until::ended)};
    const auto trial = quench_with(ended, {"why", "1", "--output", "json"}).json();
    ASSERT_EQ(trial["verdicts"].size(), 2u);
    const auto& verdict = trial["verdicts"][1];
    EXPECT_EQ(verdict["target"], 3);
    EXPECT_EQ(verdict["predictor"], "last");
    EXPECT_EQ(verdict["chance"], 0.75);
    EXPECT_EQ(verdict["came_to"], 0.25);
    EXPECT_EQ(verdict["inside"], true) << "0.3 forecast with a deviation of 0.1";
    EXPECT_EQ(verdict["right"], false) << "the study ended before it went on";
    EXPECT_TRUE(trial["verdicts"][0]["right"].is_null());
    const auto study = quench_with(ended, {"why", "--output", "json"}).json();
    EXPECT_EQ(study["stopped"], 0);
    ASSERT_EQ(study["chances"].size(), 1u);
    EXPECT_EQ(study["chances"][0]["mean_chance"], 0.75);
    EXPECT_EQ(study["predictors"].size(), 2u);
    EXPECT_THAT(quench_with(ended, {"why", "1"}).out, testing::HasSubstr("CHANCE"));
    EXPECT_THAT(quench_with(ended, {"why"}).out, testing::HasSubstr("MEAN CHANCE"));
    EXPECT_EQ(quench_with(ended, {"why", "3"}).code, ExitCode::not_found);
}

TEST(show, tells_everything_about_a_trial) {
    const auto trial = quench_with(one(), {"show", "2", "--output", "json"}).json();
    EXPECT_EQ(trial["attempts"].size(), 2u);
    EXPECT_EQ(trial["attempts"][0]["outcome"], "crashed");
    EXPECT_EQ(trial["attempts"][0]["detail"], "exit status 1");
    EXPECT_EQ(trial["attempts"][0]["log"], "/scratch/trials/2/1.log");
    EXPECT_EQ(trial["curve"][0]["value"], 0.75);
    EXPECT_EQ(trial["verdicts"][0]["verdict"], "pause");
    const Ran text = quench_with(one(), {"show", "1"});
    EXPECT_NE(text.out.find("best of 3 at epoch 1"), std::string::npos) << text.out;
    EXPECT_EQ(quench_with(one(), {"show", "3"}).code, ExitCode::not_found);
    EXPECT_EQ(quench_with(one(), {"show"}).code, ExitCode::usage);
    EXPECT_EQ(quench_with(one(), {"show", "x"}).code, ExitCode::usage);
}

TEST(verify, reports_contradictions_and_fails) {
    auto facts = sample_journal(Until::promoted);
    facts.erase(facts.begin() + 2);  // the worker never joined
    const Ran ran = quench_with({facts}, {"verify", "--output", "json"});
    EXPECT_EQ(ran.code, ExitCode::error);
    EXPECT_EQ(ran.json()["ok"], false);
    EXPECT_FALSE(ran.json()["studies"][0]["contradictions"].empty());
    EXPECT_EQ(quench_with({facts}, {"status"}).code, ExitCode::storage);
}

/// A study file on disk for the length of a test.
class ValidateTest : public testing::Test {
  protected:
    ValidateTest() {
        std::string name = (std::filesystem::temp_directory_path() / "quench-validate-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~ValidateTest() override { std::filesystem::remove_all(folder_); }
    std::string file(const std::string& text) {
        const std::string path = (folder_ / "study.yaml").string();
        std::ofstream(path) << text;
        return path;
    }
    std::filesystem::path folder_;
};

const std::string valid =
    "study: s\nobjective: {metric: loss}\nspace: {x: {type: float, low: 0, high: 1}}\n"
    "fidelity: {scheduler: hyperband, max: 9}\ntrial: {command: [sh], ranks: 2}\n";

TEST_F(ValidateTest, shows_the_plan) {
    const Ran ran = quench_with({}, {"validate", file(valid), "--output", "json"});
    EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
    EXPECT_EQ(ran.json()["valid"], true);
    EXPECT_GT(ran.json()["planned_trials"], 9);
    EXPECT_GT(ran.json()["planned_resource"], 30);
    EXPECT_EQ(quench_with({}, {"validate", file(valid), "--slots", "2"}).code, ExitCode::ok);
}

TEST_F(ValidateTest, errors_carry_file_and_line) {
    const std::string path = file("study: s\nobjectve: {metric: loss}\n");
    const Ran ran = quench_with({}, {"validate", path});
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_NE(ran.err.find(path + ":2: unknown key 'objectve'"), std::string::npos) << ran.err;
    EXPECT_EQ(quench_with({}, {"validate", file(valid), "--slots", "1"}).code, ExitCode::usage);
}

TEST_F(ValidateTest, what_is_no_file_is_refused_by_name) {
    EXPECT_NE(quench_with({}, {"validate", folder_.string()}).err.find("is a folder"), std::string::npos);
    const Ran missing = quench_with({}, {"validate", (folder_ / "none.yaml").string()});
    EXPECT_EQ(missing.code, ExitCode::usage);
    EXPECT_NE(missing.err.find("is not there"), std::string::npos);
}

}  // namespace
}  // namespace quench::orchestrator::cli

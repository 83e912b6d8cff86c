#include "orchestrator/cli/command_line.hpp"

#include "orchestrator/cli/front_plot.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "orchestrator/core/apply.hpp"
#include "orchestrator/store/memory_store.hpp"
#include "orchestrator/study/study_file.hpp"
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

/// Three completed trials of two objectives; trial 2 is beaten by trial 0.
std::vector<core::StampedFact> trade_offs() {
    using namespace core;
    const std::string text =
        "study: duo\nobjective: [{metric: loss}, {metric: speed, direction: maximize}]\n"
        "space: {x: {type: float, low: 0, high: 1}}\nstop: {trials: 3}\n"
        "trial: {command: [sh]}\n";
    std::vector<StampedFact> facts;
    const auto add = [&](Fact fact) {
        facts.push_back({journal_begin + std::chrono::seconds(facts.size()), std::move(fact)});
    };
    add(StudyCreated{study::study_from_text(text).value(), text, "/studies", "/scratch", "/scratch/trials"});
    add(CoordinatorStarted{"node1", 42, "test"});
    add(WorkerJoined{"w", "s1", "node1", 43, 1});
    const std::vector<std::pair<double, double>> values{{0.2, 10}, {0.1, 5}, {0.3, 9}};
    const auto sampler = std::move(search::make_sampler({}, study::study_from_text(text)->space).value());
    for (std::uint64_t i = 0; i < values.size(); ++i) {
        const TrialId trial(i);
        add(TrialProposed{trial, sampler->ask(trial, 1).at(0), 0, 1, 4 * i});
        add(AttemptStarted{trial, AttemptId(1), "w", "s1", 0, 1, 1});
        add(Reported{trial, AttemptId(1), 1, {{"loss", values[i].first}, {"speed", values[i].second}}});
        add(VerdictGiven{trial, 1, search::Verdict::stop, 0, "it is complete", {}, {}});
        add(AttemptEnded{trial, AttemptId(1), Outcome::reached, "", 0, 1});
        add(TrialEnded{trial, search::Ending::completed, values[i].first, "it is complete"});
    }
    return facts;
}

TEST(best, of_several_objectives_are_all_that_nothing_beats) {
    const Json best = quench_with({trade_offs()}, {"best", "--output", "json"}).json();
    ASSERT_EQ(best["front"].size(), 2u);
    EXPECT_EQ(best["front"][0]["trial"], 1);
    EXPECT_EQ(best["front"][1]["trial"], 0);
    EXPECT_EQ(best["front"][1]["values"], Json({{"loss", 0.2}, {"speed", 10.0}}));
    EXPECT_EQ(best["reference"]["speed"], 4.5);
    EXPECT_NEAR(best["hypervolume"], 0.11 * 0.5 + 0.01 * 5, 1e-12);
    const Ran table = quench_with({trade_offs()}, {"best"});
    EXPECT_NE(table.out.find("2 of 3 trials"), std::string::npos) << table.out;
    EXPECT_NE(quench_with({trade_offs()}, {"trials"}).out.find("speed"), std::string::npos);
    EXPECT_EQ(quench_with(one(), {"best", "--plot", "/nowhere/front.svg"}).code, ExitCode::usage);
}

TEST(front_plot, has_a_dot_a_trial_and_the_numbers_of_the_best) {
    const auto state = core::replay(trade_offs());
    ASSERT_TRUE(state.ok()) << state.error().text();
    const std::string svg = front_plot(*state, core::front_of(*state));
    std::size_t dots = 0;
    for (std::size_t at = svg.find("r=\"3\""); at != svg.npos; at = svg.find("r=\"3\"", at + 1)) ++dots;
    EXPECT_EQ(dots, 3u);
    EXPECT_NE(svg.find(">1</text>"), svg.npos);
    EXPECT_EQ(svg.find(">2</text>"), svg.npos);
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

TEST(why, names_a_predictor_that_was_asked_for_and_never_answered) {
    auto facts = sample_journal(Until::ended);
    auto& created = std::get<core::StudyCreated>(facts.front().fact);
    created.study.fidelity.name = "swift-asha";
    created.study.fidelity.predictor = {"gp", {}};
    const auto rows = quench_with(Journals{facts}, {"why", "--output", "json"}).json()["predictors"];
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0]["predictor"], "gp");
    EXPECT_EQ(rows[0]["forecasts"], 0);
    EXPECT_TRUE(rows[0]["median_error"].is_null());
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
    EXPECT_EQ(verdict["went_on"], false) << "the study ended before it went on";
    EXPECT_EQ(verdict["right"], false) << "it was to go on";
    EXPECT_TRUE(trial["verdicts"][0]["right"].is_null());
    const auto study = quench_with(ended, {"why", "--output", "json"}).json();
    EXPECT_EQ(study["stopped"], 0);
    ASSERT_EQ(study["chances"].size(), 1u);
    EXPECT_EQ(study["chances"][0]["mean_chance"], 0.75);
    EXPECT_EQ(study["predictors"].size(), 2u);
    ASSERT_EQ(study["beside_last"].size(), 1u);
    const auto& duel = study["beside_last"][0];
    EXPECT_EQ(duel["predictor"], "svr");
    EXPECT_NEAR(duel["median_error"].get<double>(), 0.03, 1e-12) << "0.28 forecast, it came to 0.25";
    EXPECT_NEAR(duel["median_error_of_last"].get<double>(), 0.05, 1e-12);
    EXPECT_EQ(duel["nearer"], 1);
    EXPECT_THAT(quench_with(ended, {"why", "1"}).out, testing::HasSubstr("CHANCE"));
    EXPECT_THAT(quench_with(ended, {"why"}).out, testing::HasSubstr("MEAN CHANCE"));
    EXPECT_EQ(quench_with(ended, {"why", "3"}).code, ExitCode::not_found);
}

TEST(why, calls_an_audit_that_confirms_a_stop_right) {
    auto facts = sample_journal(Until::ended);
    for (auto& stamped : facts)
        if (auto* given = std::get_if<core::VerdictGiven>(&stamped.fact); given && given->evidence)
            given->evidence->audited = true;
    const auto audit = quench_with(Journals{facts}, {"why", "1", "--output", "json"}).json()["verdicts"][1];
    EXPECT_EQ(audit["went_on"], false);
    EXPECT_EQ(audit["right"], true);
}

TEST(why, calls_the_stop_of_a_trial_that_went_nowhere_right) {
    auto facts = sample_journal(Until::ended);
    const auto first = std::find_if(facts.begin(), facts.end(), [](const core::StampedFact& stamped) {
        return std::holds_alternative<core::VerdictGiven>(stamped.fact);
    });
    auto& verdict = std::get<core::VerdictGiven>(first->fact);
    verdict.verdict = search::Verdict::stop;
    verdict.evidence = search::Evidence{.target = verdict.step, .predictor = "last"};
    const auto of_trial =
        quench_with(Journals{facts}, {"why", std::to_string(verdict.trial.value()), "--output", "json"});
    const auto row = of_trial.json()["verdicts"][0];
    EXPECT_EQ(row["went_on"], false);
    EXPECT_EQ(row["right"], true);
}

TEST(why, shows_how_near_the_energy_of_an_annealed_fit_came) {
    auto facts = sample_journal(Until::ended);
    EXPECT_THAT(quench_with(Journals{facts}, {"why", "1"}).out, testing::Not(testing::HasSubstr("ENERGY")));
    for (auto& stamped : facts)
        if (auto* verdict = std::get_if<core::VerdictGiven>(&stamped.fact); verdict && verdict->evidence) {
            verdict->evidence->energy_gap = 0.02;
            verdict->evidence->random_energy_gap = 2.5;
        }
    const Journals annealed = {facts};
    const auto trial = quench_with(annealed, {"why", "1", "--output", "json"}).json();
    EXPECT_EQ(trial["verdicts"][1]["energy_gap"], 0.02);
    EXPECT_THAT(quench_with(annealed, {"why", "1"}).out, testing::HasSubstr("ENERGY GAP  OF RANDOM BITS"));
    for (const auto& row : quench_with(annealed, {"why", "--output", "json"}).json()["predictors"]) {
        if (row["predictor"] == "svr")
            EXPECT_EQ(row["random_energy_gap"], 2.5);
        else
            EXPECT_TRUE(row["random_energy_gap"].is_null()) << "nobody anneals the last value";
    }
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
    const Ran text = quench_with({facts}, {"verify"});
    EXPECT_EQ(ran.json()["studies"][0]["builds"].size(), 1u);
    const auto build = ran.json()["studies"][0]["builds"][0].get<std::string>();
    EXPECT_NE(text.out.find("decided by " + build + "; this is quench "), std::string::npos) << text.out;
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

TEST_F(ValidateTest, shows_constraints_and_the_share_of_the_space_that_fulfils_them) {
    const std::string text =
        "study: s\nobjective: {metric: loss}\nspace: {a: {type: int, low: 1, high: 10}, "
        "b: {type: int, low: 1, high: 10}}\nconstraints: [a <= b]\ntrial: {command: [sh]}\n";
    const Ran ran = quench_with({}, {"validate", file(text), "--output", "json"});
    ASSERT_EQ(ran.code, ExitCode::ok) << ran.err;
    EXPECT_EQ(ran.json()["constraints"], Json({"a <= b"}));
    EXPECT_EQ(ran.json()["configurations"], 55);
    EXPECT_NEAR(ran.json()["feasible_share"], 0.55, 0.04);  // 5 standard deviations of 4000 draws
    const std::string shown = quench_with({}, {"validate", file(text)}).out;
    EXPECT_NE(shown.find("  a <= b\n"), std::string::npos) << shown;
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

// Optuna reads a live database: what it sees is compared with the facts that were written.
#include "orchestrator/io/sqlite/connection.hpp"
#include "orchestrator/io/sqlite/distribution.hpp"
#include "tests/orchestrator/io/sqlite/sqlite_folder.hpp"
#include "tests/orchestrator/store/facts.hpp"

#include <cmath>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::io::sqlite {
namespace {

using nlohmann::json;

/// Debian's, which has python3-optuna; the first python3 on the path can be another.
constexpr const char* python = "/usr/bin/python3";

bool has_optuna() {
    static const bool has =
        std::system((std::string(python) + " -c 'import optuna' >/dev/null 2>&1").c_str()) == 0;
    return has;
}

json number(double value) {
    if (std::isnan(value)) return "nan";
    return value;
}

/// What Optuna should see of a study, computed from the facts alone.
struct Seen {
    json trials = json::array();

    void operator()(const core::TrialProposed& f) {
        trials.push_back({{"number", f.trial.value()},
                          {"state", "RUNNING"},
                          {"params", search::space::to_json(f.params)},
                          {"intermediate", json::object()},
                          {"value", nullptr}});
    }
    void operator()(const core::Reported& f) {
        trials[f.trial.value()]["intermediate"][std::to_string(f.step)] = number(f.metrics.at("val_loss"));
    }
    void operator()(const core::TrialEnded& f) {
        auto& trial = trials[f.trial.value()];
        trial["state"] = f.how == search::Ending::completed ? "COMPLETE"
                         : f.how == search::Ending::stopped ? "PRUNED"
                                                            : "FAIL";
        if (trial["state"] != "FAIL") trial["value"] = *f.value;
    }
    void operator()(const auto&) {}
};

json seen(const std::vector<core::StampedFact>& facts) {
    Seen result;
    for (const auto& [at, fact] : facts) std::visit(result, fact);
    return result.trials;
}

TEST(optuna, reads_a_live_database) {
    if (!has_optuna()) GTEST_SKIP() << "python3-optuna is not installed (apt-get install python3-optuna)";
    const Folder folder;
    const auto store = opened(SqliteStore::open_to_write(folder.file(), writer()));
    json expected = {{"studies", json::array()}};
    const auto write = [&](const std::string& name, std::uint64_t trials, core::Direction direction) {
        const auto facts = store::story(name, trials, 11, direction);
        ASSERT_TRUE(store->append(name, facts));
        expected["studies"].push_back(
            {{"name", name},
             {"direction", direction == core::Direction::minimize ? "MINIMIZE" : "MAXIMIZE"},
             {"trials", seen(facts)}});
    };
    write("small", 40, core::Direction::minimize);
    write("upwards", 40, core::Direction::maximize);
    write("none", 0, core::Direction::minimize);
    std::ofstream(folder.file("expected.json")) << expected;
    const std::string command = std::string(python) + " " QUENCH_OPTUNA_CHECK " " + folder.file() + " " +
                                folder.file("expected.json");
    EXPECT_EQ(std::system(command.c_str()), 0);
    ASSERT_TRUE(store->append("small", std::vector{core::StampedFact{{9}, core::StudyResumed{}}}));
    EXPECT_EQ(store->projection_differences("small")->size(), 0u);
}

TEST(optuna, reads_a_finished_database_and_changes_nothing) {
    if (!has_optuna()) GTEST_SKIP() << "python3-optuna is not installed (apt-get install python3-optuna)";
    const Folder folder;
    const auto facts = store::story("done", 16, 4);
    ASSERT_TRUE(opened(SqliteStore::open_to_write(folder.file(), writer()))->append("done", facts));
    const std::string before = bytes_of(folder.file());
    const json expected = {
        {"studies", {{{"name", "done"}, {"direction", "MINIMIZE"}, {"trials", seen(facts)}}}}};
    std::ofstream(folder.file("expected.json")) << expected;
    const std::string command = std::string(python) + " " QUENCH_OPTUNA_CHECK " " + folder.file() + " " +
                                folder.file("expected.json");
    EXPECT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(bytes_of(folder.file()), before);
}

TEST(optuna, distributions_are_written_as_optuna_writes_them) {
    namespace space = search::space;
    EXPECT_EQ(distribution_json(space::FloatDomain{1e-5, 1e-2, space::Scale::log, {}}),
              R"({"name": "FloatDistribution", "attributes": )"
              R"({"step": null, "low": 1e-05, "high": 0.01, "log": true}})");
    EXPECT_EQ(distribution_json(space::FloatDomain{0, 1, space::Scale::linear, 0.25}),
              R"({"name": "FloatDistribution", "attributes": )"
              R"({"step": 0.25, "low": 0.0, "high": 1.0, "log": false}})");
    EXPECT_EQ(distribution_json(space::IntDomain{8, 256, space::Scale::linear, 8}),
              R"({"name": "IntDistribution", "attributes": )"
              R"({"log": false, "step": 8, "low": 8, "high": 256}})");
    EXPECT_EQ(distribution_json(space::CategoricalDomain{
                  {std::string("a"), std::int64_t{1}, 2.5, true, std::string("é\"x")}}),
              R"({"name": "CategoricalDistribution", "attributes": )"
              R"({"choices": ["a", 1, 2.5, true, "\u00e9\"x"]}})");
}

TEST(optuna, a_choice_is_its_index_and_types_are_told_apart) {
    namespace space = search::space;
    const auto mixed =
        distribution_json(space::CategoricalDomain{{std::int64_t{1}, 1.0, true, std::string("1")}});
    EXPECT_EQ(internal_value(std::int64_t{1}, mixed), 0.0);
    EXPECT_EQ(internal_value(1.0, mixed), 1.0);
    EXPECT_EQ(internal_value(true, mixed), 2.0);
    EXPECT_EQ(internal_value(std::string("1"), mixed), 3.0);
    EXPECT_EQ(internal_value(std::string("2"), mixed), std::nullopt);
    EXPECT_EQ(internal_value(std::int64_t{7}, distribution_json(space::IntDomain{1, 9})), 7.0);
}

}  // namespace
}  // namespace quench::orchestrator::io::sqlite

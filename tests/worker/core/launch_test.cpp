#include "worker/core/launch.hpp"

#include "trainer/contract/run_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::worker::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

protocol::Start start(std::vector<std::string> command) {
    protocol::Start out;
    out.key = {"s", 7, 2};
    out.params = R"({"lr": 0.001, "model": "g n", "on": true})";
    out.to = 9;
    out.unit = "epoch";
    out.command = std::move(command);
    out.folder = "trials/7";
    out.workdir = "/data";
    return out;
}

std::string error_of(const protocol::Start& s) {
    const auto out = spawn_for(s, "/base");
    return out ? "no error" : out.error().text();
}

TEST(Launch, placeholders_are_replaced_and_texts_are_not_quoted) {
    const auto out = spawn_for(
        start({"train", "--lr={param.lr}", "{param.model}", "{param.on}", "{to}", "{run}:{checkpoint_dir}"}),
        "/base");
    ASSERT_TRUE(out);
    EXPECT_THAT(out->words, ElementsAre("train", "--lr=0.001", "g n", "true", "9",
                                        "/base/trials/7/2.json:/base/trials/7/checkpoint"));
    EXPECT_EQ(out->workdir, "/data");
    EXPECT_EQ(out->log_file, "/base/trials/7/2.log");
}

TEST(Launch, braces_that_are_no_placeholder_pass) {
    const auto out =
        spawn_for(start({"${HOME}", "{{to}}", "{}", R"({"a": {"b": 1}})", "{", "a}b", "{{to}"}), "/");
    ASSERT_TRUE(out) << out.error().text();
    EXPECT_THAT(out->words, ElementsAre("${HOME}", "{to}", "{}", R"({"a": {"b": 1}})", "{", "a}b", "{9"));
}

TEST(Launch, what_has_no_meaning_is_named) {
    EXPECT_THAT(error_of(start({"x", "{epochs}"})), HasSubstr("{epochs}"));
    EXPECT_THAT(error_of(start({"{param.width}"})),
                HasSubstr("{param.width}, but the trial has no such parameter"));
    EXPECT_THAT(error_of(start({})), HasSubstr("no command"));
    auto bad = start({"x"});
    bad.params = "[1]";
    EXPECT_THAT(error_of(bad), HasSubstr("no JSON object"));
}

TEST(Launch, mpirun_gets_the_ranks) {
    auto s = start({"train"});
    s.ranks = 4;
    s.launcher = protocol::Launcher::mpirun;
    EXPECT_THAT(spawn_for(s, "/")->words,
                ElementsAre("mpirun", "-n", "4", "--oversubscribe", "--bind-to", "none", "train"));
    s.launcher = protocol::Launcher::srun;
    EXPECT_THAT(spawn_for(s, "/")->words, ElementsAre("srun", "-n", "4", "train"));
}

TEST(Launch, the_run_file_says_what_the_start_says) {
    auto s = start({"train"});
    s.from = 3;
    s.seed = 42;
    s.timeout = 2h;
    s.time_left = 1h;
    const auto run = trainer::contract::run_file_from_text(spawn_for(s, "/base")->run_text);
    ASSERT_TRUE(run) << run.error().text();
    EXPECT_EQ(run->trial, 7U);
    EXPECT_EQ(run->attempt, 2U);
    EXPECT_EQ(run->resource.from, 3);
    EXPECT_EQ(run->resource.to, 9);
    EXPECT_EQ(run->seed, 42U);
    EXPECT_EQ(run->checkpoint_dir, "/base/trials/7/checkpoint");
    EXPECT_EQ(run->time_left_s, 3600.0);
    EXPECT_EQ(run->params.at("lr"), 0.001);
}

TEST(Launch, the_checkpoint_of_a_parent_is_in_its_folder) {
    auto s = start({"train"});
    EXPECT_FALSE(spawn_for(s, "/base")->parent_checkpoint);
    s.parent_folder = "trials/3";
    EXPECT_EQ(spawn_for(s, "/base")->parent_checkpoint, "/base/trials/3/checkpoint");
    s.parent_folder = "/elsewhere/3";
    EXPECT_EQ(spawn_for(s, "/base")->parent_checkpoint, "/elsewhere/3/checkpoint");
}

TEST(Launch, a_launcher_above_leaves_no_trace_in_the_environment) {
    const auto out = trial_environment({{"OMPI_COMM_WORLD_SIZE", "2"},
                                        {"OMPI_MCA_ess", "pmi"},
                                        {"PMIX_RANK", "0"},
                                        {"ORTE_X", "1"},
                                        {"PMI_RANK", "1"},
                                        {"HOME", "/home"}},
                                       {true, "/run.json", "/dev/shm/q"});
    EXPECT_FALSE(out.contains("OMPI_COMM_WORLD_SIZE"));
    EXPECT_FALSE(out.contains("OMPI_MCA_ess"));
    EXPECT_FALSE(out.contains("PMIX_RANK"));
    EXPECT_FALSE(out.contains("ORTE_X"));
    EXPECT_FALSE(out.contains("PMI_RANK"));
    EXPECT_EQ(out.at("HOME"), "/home");
    EXPECT_EQ(out.at("QUENCH_RUN"), "/run.json");
    EXPECT_EQ(out.at("OMPI_ALLOW_RUN_AS_ROOT"), "1");
    EXPECT_EQ(out.at("OMPI_MCA_pml"), "ob1");
    EXPECT_EQ(out.at("OMPI_MCA_orte_tmpdir_base"), "/dev/shm/q");
    EXPECT_EQ(out.at("OMP_NUM_THREADS"), "1");
}

TEST(Launch, what_the_user_has_set_stays) {
    const auto out =
        trial_environment({{"OMPI_MCA_pml", "ucx"}, {"OMP_NUM_THREADS", "4"}}, {false, "/r", "/t"});
    EXPECT_EQ(out.at("OMPI_MCA_pml"), "ucx");
    EXPECT_FALSE(out.contains("OMPI_MCA_btl"));
    EXPECT_EQ(out.at("OMP_NUM_THREADS"), "4");
    EXPECT_FALSE(out.contains("OMPI_ALLOW_RUN_AS_ROOT"));
}

TEST(Launch, an_allocation_of_several_nodes_chooses_its_own_network) {
    const auto out = trial_environment({{"SLURM_JOB_NUM_NODES", "2"}}, {});
    EXPECT_FALSE(out.contains("OMPI_MCA_pml"));
    EXPECT_FALSE(out.contains("OMPI_MCA_btl"));
}

}  // namespace
}  // namespace quench::worker::core

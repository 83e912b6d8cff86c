#include "trainer/contract/run_file.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::contract {
namespace {

RunFile example() {
    RunFile run;
    run.study = "mlpf-quick";
    run.trial = 12;
    run.attempt = 2;
    run.params = {{"lr", 1e-3}, {"model", "gnn"}, {"layers", 3}, {"norm", true}};
    run.resource = {.from = 3, .to = 9, .unit = "epoch"};
    run.seed = 0xFFFF'FFFF'FFFF'FFFFULL;
    run.ranks = 2;
    run.checkpoint_dir = "/scratch/trials/12/checkpoint";
    run.time_left_s = 3600.5;
    return run;
}

TEST(run_file, reads_back_what_was_written) {
    const auto read = run_file_from_text(to_text(example()));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read.value(), example());
}

TEST(run_file, may_have_no_time_limit_and_keys_of_a_newer_version) {
    auto json = nlohmann::json::parse(to_text(example()));
    json["time_left_s"] = nullptr;
    json["of_a_newer_version"] = {1, 2};
    const auto read = run_file_from_text(json.dump());
    ASSERT_TRUE(read.ok());
    EXPECT_FALSE(read->time_left_s.has_value());
}

TEST(run_file, names_the_key_that_is_missing_or_wrong) {
    const auto problem_after = [](const char* pointer, nlohmann::json value) {
        auto json = nlohmann::json::parse(to_text(example()));
        json[nlohmann::json::json_pointer(pointer)] = std::move(value);
        const auto read = run_file_from_text(json.dump());
        return read.ok() ? std::string("none") : read.error().text();
    };
    EXPECT_EQ(problem_after("/seed", -1), "run file: 'seed' must be an integer from 0 to 2^64-1");
    EXPECT_EQ(problem_after("/study", 7), "run file: 'study' must be a string");
    EXPECT_EQ(problem_after("/params", nlohmann::json::array()), "run file: 'params' must be an object");
    EXPECT_EQ(problem_after("/ranks", 0), "run file: 'ranks' must be at least 1");
    EXPECT_EQ(problem_after("/resource/from", 10), "run file: resource 'from' is larger than 'to'");
    EXPECT_EQ(problem_after("/resource", 10), "run file: 'resource' must be an object {from, to, unit}");
    EXPECT_EQ(problem_after("/time_left_s", "1h"), "run file: 'time_left_s' must be a number of seconds");
    EXPECT_EQ(run_file_from_text("{}").error().text(), "run file: 'study' is missing");
    EXPECT_EQ(run_file_from_text("[]").error().text(), "run file: must be a JSON object");
    EXPECT_EQ(run_file_from_text("{\"study\": ").error().text(), "run file: not valid JSON");
}

TEST(run_file, is_written_even_if_a_text_is_not_utf8) {
    RunFile run = example();
    run.checkpoint_dir = "/tmp/\xff\xfe";
    EXPECT_TRUE(run_file_from_text(to_text(run)).ok());
}

}  // namespace
}  // namespace quench::trainer::contract

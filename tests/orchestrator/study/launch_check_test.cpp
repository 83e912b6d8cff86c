#include "orchestrator/study/launch_check.hpp"

#include "tests/orchestrator/study/sample.hpp"

#include <set>

#include <gtest/gtest.h>

namespace quench::orchestrator::study {
namespace {

StudyFile file_with(const std::string& program) {
    const Reading reading = read_study(bent(sample, "[mlpf-train", "['" + program + "'"));
    return reading.file.value();
}

LaunchSite site_with(std::set<std::string> programs) {
    return {.slots = 4,
            .study_dir = "/studies",
            .workdir = "/scratch/me",
            .program_dir = "/opt/quench/bin",
            .path = "/usr/bin:/bin",
            .is_program = [programs](const std::string& path) { return programs.contains(path); },
            .is_file = [programs](const std::string& path) { return programs.contains(path); }};
}

TEST(launch_check, a_program_is_looked_up_as_a_shell_does_with_quench_first) {
    const LaunchSite site =
        site_with({"/usr/bin/python3", "/bin/python3", "/opt/quench/bin/mlpf-train", "/usr/bin/mlpf-train",
                   "/scratch/me/bin/run", "/studies/train.py", "/abs/run"});
    EXPECT_EQ(find_program("python3", site), "/usr/bin/python3");
    EXPECT_EQ(find_program("mlpf-train", site), "/opt/quench/bin/mlpf-train");
    EXPECT_EQ(find_program("bin/run", site), "/scratch/me/bin/run");
    EXPECT_EQ(find_program("{study_dir}/train.py", site), "/studies/train.py");
    EXPECT_EQ(find_program("/abs/run", site), "/abs/run");
    EXPECT_EQ(find_program("run", site), std::nullopt);
}

TEST(launch_check, a_missing_program_is_an_error_at_the_command) {
    const auto errors = check_launch(file_with("nowhere"), site_with({}));
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].line, 13);
    EXPECT_EQ(
        errors[0].text,
        "the program 'nowhere' is not there (neither beside quench nor in PATH) correct the name, or write a "
        "path such as ./program");
    EXPECT_NE(check_launch(file_with("./nowhere"), site_with({})).at(0).text.find("chmod +x"),
              std::string::npos);
}

TEST(launch_check, a_missing_script_of_the_study_is_an_error_at_the_command) {
    const auto errors_of = [](const std::string& words, std::set<std::string> files) {
        files.insert("/usr/bin/python3");
        return check_launch(read_study(bent(sample, "[mlpf-train", "[python3, " + words)).file.value(),
                            site_with(std::move(files)));
    };
    const auto errors = errors_of("'{study_dir}/train.py'", {});
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].line, 13);
    EXPECT_NE(errors[0].text.find("the script '/studies/train.py' is not there"), std::string::npos);
    EXPECT_TRUE(errors_of("'{study_dir}/train.py'", {"/studies/train.py"}).empty());
    EXPECT_TRUE(errors_of("'{study_dir}/{param.model}.py'", {}).empty()) << "left to the worker";
    EXPECT_TRUE(errors_of("run, --out, '{study_dir}/out'", {}).empty()) << "the program may make it";
}

TEST(launch_check, an_annealer_command_that_is_not_there_is_an_error_at_the_fidelity) {
    const auto errors_of = [](const std::string& command) {
        StudyFile file = file_with("t");
        file.fidelity_line = 9;
        file.study.fidelity.predictor = {"qsvr", {{"command", command}}};
        return check_launch(file, site_with({"/bin/t", "/bin/ocean", "./ocean", "/opt/quench/bin/other"}));
    };
    EXPECT_TRUE(errors_of("ocean --reads 10").empty());
    EXPECT_TRUE(errors_of("  ocean").empty());
    EXPECT_TRUE(errors_of("./ocean").empty()) << "seen from the current folder, not from the trials'";
    EXPECT_EQ(errors_of("other").size(), 1u) << "only trial programs are looked for beside quench";
    const auto errors = errors_of("oceam --reads 10");
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].line, 9);
    EXPECT_NE(errors[0].text.find("the annealer command 'oceam' is not there"), std::string::npos);
}

TEST(launch_check, more_ranks_than_slots_is_an_error_at_the_ranks) {
    LaunchSite site = site_with({"/bin/t"});
    EXPECT_TRUE(check_launch(file_with("t"), site).empty());
    site.slots = 1;
    const auto errors = check_launch(file_with("t"), site);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].line, 14);
    EXPECT_NE(errors[0].text.find("there are 1 slots"), std::string::npos);
    site.slots.reset();
    EXPECT_TRUE(check_launch(file_with("t"), site).empty());
}

TEST(launch_check, a_program_that_depends_on_the_trial_is_left_to_the_worker) {
    EXPECT_TRUE(check_launch(file_with("./{param.model}.sh"), site_with({})).empty());
}

}  // namespace
}  // namespace quench::orchestrator::study

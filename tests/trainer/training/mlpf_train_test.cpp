// The program itself, alone and under a real mpirun.
#include "trainer/contract/report_line.hpp"
#include "trainer/contract/run_file.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace quench::trainer {
namespace {

namespace fs = std::filesystem;
using contract::parse_report_line;
using testing::HasSubstr;

struct Outcome {
    int status = -1;
    std::string text;  ///< stdout and stderr
    std::vector<contract::Report> reports;
};

class mlpf_train : public testing::TestWithParam<int> {
  protected:
    mlpf_train() {
        std::string pattern = (fs::temp_directory_path() / "quench-mlpf-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        for (const auto& [name, value] : {std::pair{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                                          {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
                                          {"OMPI_MCA_rmaps_base_oversubscribe", "1"},
                                          {"OMPI_MCA_hwloc_base_binding_policy", "none"},
                                          {"OMPI_MCA_pml", "ob1"},
                                          {"OMPI_MCA_btl", "self,vader"}})
            ::setenv(name, value, 1);
        ::unsetenv("QUENCH_RUN");
    }
    ~mlpf_train() override {
        ::unsetenv("QUENCH_RUN");
        fs::remove_all(folder_);
    }

    // Runs it with GetParam() ranks; one rank runs without mpirun. `before` goes before the whole command.
    Outcome run(const std::string& arguments, const std::string& before = "") {
        const std::string ranks = GetParam() == 1 ? "" : "mpirun -n " + std::to_string(GetParam()) + " ";
        const std::string command = before + " " + ranks + MLPF_TRAIN + " " + arguments + " 2>&1";
        Outcome out;
        FILE* pipe = ::popen(command.c_str(), "r");
        std::array<char, 4096> part{};
        while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) {
            std::string line = part.data();
            out.text += line;
            if (!line.empty() && line.back() == '\n') line.pop_back();
            const auto read = parse_report_line(line);
            if (const auto* report = std::get_if<contract::Report>(&read)) out.reports.push_back(*report);
        }
        const int status = ::pclose(pipe);
        out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        return out;
    }

    // A shell that sends the signal once the program has said something, so that no time has to be guessed.
    std::string signal_after_first_report(const std::string& signal) {
        const std::string log = (folder_ / "log").string();
        return "sh -c 'rm -f " + log + "; \"$@\" > " + log + " 2>&1 & p=$!; until grep -q quench: " + log +
               " 2>/dev/null; do kill -0 $p || break; sleep 0.02; done; kill -" + signal +
               " $p; wait $p; s=$?; cat " + log + "; exit $s' sh";
    }

    std::string checkpoint(const std::string& name) { return (folder_ / name).string(); }
    std::string bytes_of(const std::string& name) {
        std::ifstream in(folder_ / name / "mlpf.checkpoint", std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    fs::path folder_;
    const std::string small_ =
        "--events 24 --validation-events 6 --set width=16 --set id_layers=1 --set reg_layers=1 ";
};

TEST_P(mlpf_train, four_epochs_are_two_and_two_more_bit_for_bit) {
    const Outcome whole = run(small_ + "--epochs 4 --checkpoint-dir " + checkpoint("whole"));
    ASSERT_EQ(whole.status, 0) << whole.text;
    ASSERT_EQ(whole.reports.size(), 4U) << "only rank 0 reports";
    ASSERT_EQ(run(small_ + "--epochs 2 --checkpoint-dir " + checkpoint("parts")).status, 0);
    const Outcome rest = run(small_ + "--epochs 4 --checkpoint-dir " + checkpoint("parts"));
    ASSERT_EQ(rest.status, 0);
    EXPECT_EQ(rest.reports.back().metrics.at("val_loss"), whole.reports.back().metrics.at("val_loss"));
    EXPECT_FALSE(bytes_of("whole").empty());
    EXPECT_EQ(bytes_of("whole"), bytes_of("parts"));
}

TEST_P(mlpf_train, stops_when_asked_and_goes_on_without_a_difference) {
    const std::string options =
        "--events 160 --validation-events 10 --set width=16 --epochs 4 --checkpoint-dir ";
    // mpirun hands SIGUSR1 on and stays; SIGTERM it turns into the ranks' end, with an exit status of its
    // own.
    for (const char* signal : {"USR1", "TERM"}) {
        const Outcome stopped = run(options + checkpoint("stopped"), signal_after_first_report(signal));
        const bool mpirun_dies = GetParam() > 1 && std::string(signal) == "TERM";
        if (!mpirun_dies) {
            EXPECT_EQ(stopped.status, 0) << stopped.text;
        }
        EXPECT_FALSE(bytes_of("stopped").empty()) << signal << "\n" << stopped.text;
    }
    ASSERT_EQ(run(options + checkpoint("stopped")).status, 0);
    ASSERT_EQ(run(options + checkpoint("whole")).status, 0);
    EXPECT_EQ(bytes_of("whole"), bytes_of("stopped"));
}

TEST_P(mlpf_train, a_divergence_is_a_report_of_nan_and_a_clean_exit) {
    const Outcome out = run(small_ + "--epochs 9 --set optimizer=sgd --set lr=900");
    EXPECT_EQ(out.status, 0) << out.text;
    ASSERT_FALSE(out.reports.empty());
    EXPECT_TRUE(std::isnan(out.reports.back().metrics.at("val_loss")));
}

TEST_P(mlpf_train, a_damaged_or_foreign_checkpoint_is_refused_with_its_reason) {
    const std::string options = small_ + "--epochs 2 --checkpoint-dir " + checkpoint("c");
    ASSERT_EQ(run(options).status, 0);
    const std::string good = bytes_of("c");
    const auto with = [&](const std::string& bytes) {
        std::ofstream(folder_ / "c" / "mlpf.checkpoint", std::ios::binary) << bytes;
        const Outcome out = run(options);
        EXPECT_EQ(out.status, 1);
        EXPECT_TRUE(out.reports.empty());
        return out.text;
    };
    EXPECT_THAT(with(good.substr(0, good.size() / 2)),
                HasSubstr("mlpf.checkpoint: the checkpoint is truncated"));
    EXPECT_THAT(with("PK\x03\x04 something else"),
                HasSubstr("mlpf.checkpoint: not a checkpoint of mlpf-train"));
    EXPECT_THAT(with(""), HasSubstr("is empty"));
}

TEST_P(mlpf_train, a_checkpoint_that_cannot_be_written_is_an_error_that_keeps_the_one_before) {
    const std::string options = small_ + "--checkpoint-dir " + checkpoint("c") + " --epochs ";
    ASSERT_EQ(run(options + "1").status, 0);
    const std::string before = bytes_of("c");
    ASSERT_GT(before.size(), 20U * 1024);
    const auto refused = [&](const std::string& why, const std::string& limit) {
        const Outcome full = run(options + "2", limit);
        EXPECT_EQ(full.status, 1) << full.text;
        EXPECT_THAT(full.text, HasSubstr(why + " (the checkpoint before it is intact). Make room"));
        EXPECT_THAT(full.text, testing::Not(HasSubstr("infeasible")));
        EXPECT_EQ(full.reports.size(), 1U) << "no report of an epoch that no checkpoint holds";
        EXPECT_EQ(bytes_of("c"), before);
    };
    fs::create_directory(folder_ / "c" / ".mlpf.checkpoint.new");
    refused("Is a directory", "");
    fs::remove(folder_ / "c" / ".mlpf.checkpoint.new");
    // A limit on file sizes stands in for a full disk; the shell counts in blocks of 512 or 1024 bytes. Open
    // MPI does not start under such a limit.
    if (GetParam() == 1) refused("File too large", "ulimit -f 10;");
    EXPECT_FALSE(fs::exists(folder_ / "c" / ".mlpf.checkpoint.new")) << "it takes room that is missing";
    EXPECT_EQ(run(options + "2").status, 0) << "with room again it goes on";
}

TEST_P(mlpf_train, a_configuration_that_cannot_work_is_infeasible_and_an_unknown_name_an_error) {
    const Outcome infeasible = run("--set bin_size=0");
    EXPECT_EQ(infeasible.status, 0);
    EXPECT_EQ(infeasible.text, "quench: {\"infeasible\": \"bin_size is 0, but must be from 1 to 4096\"}\n");
    const Outcome unknown = run("--set learning_rate=1");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.text, HasSubstr("mlpf-train: unknown hyperparameter 'learning_rate'; known are: "));
    EXPECT_EQ(run("--no-such-option").status, 2);
}

TEST_P(mlpf_train, follows_its_run_file) {
    contract::RunFile file;
    file.study = "test";
    file.params = {{"lr", 0.002}, {"bin_size", 16}};
    file.resource = {.from = 0, .to = 2, .unit = "epoch"};
    file.seed = 18'000'000'000'000'000'000U;
    file.ranks = GetParam();
    file.checkpoint_dir = checkpoint("run");
    std::ofstream(folder_ / "run.json") << to_text(file);
    ::setenv("QUENCH_RUN", (folder_ / "run.json").c_str(), 1);
    const Outcome out = run(small_ + "--epochs 99 --set lr=5");
    ASSERT_EQ(out.status, 0) << out.text;
    EXPECT_EQ(out.reports.size(), 2U);
    EXPECT_THAT(bytes_of("run"), HasSubstr(" lr=0.002 "));
    EXPECT_THAT(bytes_of("run"), HasSubstr(" seed=18000000000000000000"));

    const Outcome again = run(small_);
    EXPECT_EQ(again.status, 0);
    ASSERT_EQ(again.reports.size(), 2U) << "nothing is left to train, but the reports may have been lost";
    EXPECT_EQ(again.reports[1].metrics.at("val_loss"), out.reports[1].metrics.at("val_loss"));

    std::ofstream(folder_ / "run.json") << "{}";
    const Outcome broken = run(small_);
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.text, HasSubstr("run.json: run file: 'study' is missing"));
}

TEST_P(mlpf_train, its_variants_for_other_processors_differ_by_rounding_only) {
    if (!fs::exists(MLPF_TRAIN "-x86-64-v3")) GTEST_SKIP() << "only release builds have variants";
    const auto loss_of = [&](const std::string& variant) {
        ::setenv("QUENCH_ARCHITECTURE", variant.c_str(), 1);
        const Outcome out = run(small_ + "--epochs 2");
        ::unsetenv("QUENCH_ARCHITECTURE");
        return out.reports.back().metrics.at("val_loss");
    };
    const double generic = loss_of("generic");
    // One that this processor lacks hands over to an older one.
    for (const char* variant : {"x86-64-v3", "x86-64-v4"})
        EXPECT_NEAR(loss_of(variant), generic, 1e-4 * generic) << variant;
}

INSTANTIATE_TEST_SUITE_P(ranks, mlpf_train, testing::Values(1, 2),
                         [](const auto& test) { return std::to_string(test.param); });

// Open MPI does not start with little memory.
class mlpf_train_alone : public mlpf_train {};

TEST_P(mlpf_train_alone, a_configuration_that_needs_too_much_memory_is_infeasible) {
    // 25 million parameters and as many gradients and moments need 400 MB.
    const Outcome out =
        run("--events 8 --set model=mlp --set id_layers=4 --set reg_layers=4 --set width=1700",
            "ulimit -v 450000;");
    EXPECT_EQ(out.status, 0) << out.text;
    EXPECT_THAT(out.text, HasSubstr("quench: {\"infeasible\": \"out of memory\"}\n"));
}

INSTANTIATE_TEST_SUITE_P(ranks, mlpf_train_alone, testing::Values(1));

class mlpf_train_on_many : public mlpf_train {};

TEST_P(mlpf_train_on_many, differs_from_one_rank_by_rounding_only) {
    const Outcome many = run(small_ + "--epochs 1 --set schedule=onecycle --set schedule_epochs=1");
    ASSERT_EQ(many.status, 0);
    FILE* pipe = ::popen((std::string(MLPF_TRAIN) + " " + small_ +
                          "--epochs 1 --set schedule=onecycle --set schedule_epochs=1")
                             .c_str(),
                         "r");
    std::array<char, 4096> part{};
    std::string line;
    while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) line = part.data();
    ASSERT_EQ(::pclose(pipe), 0);
    const auto one = std::get<contract::Report>(parse_report_line(line.substr(0, line.size() - 1)));
    for (const char* metric : {"val_loss", "train_loss"})
        EXPECT_NEAR(many.reports.back().metrics.at(metric), one.metrics.at(metric),
                    1e-5 * one.metrics.at(metric));
}

TEST_P(mlpf_train_on_many, trouble_on_one_rank_is_the_outcome_of_all) {
    for (const auto& [trouble, words] :
         {std::pair{"memory", "out of memory"}, {"else", "event 7 is broken"}}) {
        FILE* pipe = ::popen(
            ("mpirun -n " + std::to_string(GetParam()) + " " TROUBLE_CHECK " " + trouble).c_str(), "r");
        std::array<char, 4096> part{};
        std::string text, expected;
        while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) text += part.data();
        for (int i = 0; i < GetParam(); ++i) expected += std::string("ended: ") + words + "\n";
        EXPECT_EQ(::pclose(pipe), 0);
        EXPECT_EQ(text, expected);
    }
}

INSTANTIATE_TEST_SUITE_P(ranks, mlpf_train_on_many, testing::Values(2, 4),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace quench::trainer

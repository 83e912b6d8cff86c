#include "trainer/contract/quench_trial.hpp"

#include "trainer/contract/report_line.hpp"
#include "trainer/contract/run_file.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace quench::trainer::contract {
namespace {

namespace fs = std::filesystem;

class Client : public testing::Test {
  protected:
    Client() {
        std::string pattern = (fs::temp_directory_path() / "quench-client-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        ::unsetenv("QUENCH_RUN");
        trial::detail::stop = 0;
    }
    ~Client() override {
        ::unsetenv("QUENCH_RUN");
        fs::remove_all(folder_);
    }

    void write_run_file(nlohmann::json params, int ranks = 1) {
        RunFile run;
        run.ranks = ranks;
        run.study = "test";
        run.params = std::move(params);
        run.resource = {.from = 1, .to = 4, .unit = "epoch"};
        run.seed = 18'000'000'000'000'000'000U;
        run.checkpoint_dir = (folder_ / "checkpoint").string();
        std::ofstream(folder_ / "run.json") << to_text(run);
        ::setenv("QUENCH_RUN", (folder_ / "run.json").c_str(), 1);
    }

    // Runs a Python program on the client; its output and "rc=<status>".
    std::string python(const std::string& program) {
        std::ofstream(folder_ / "program.py") << program;
        const std::string command = "PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=" QUENCH_CONTRACT_DIR " python3 " +
                                    (folder_ / "program.py").string() + " 2>&1; echo rc=$?";
        std::string out;
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
        std::array<char, 256> part{};
        while (std::fgets(part.data(), static_cast<int>(part.size()), pipe.get()) != nullptr)
            out += part.data();
        return out;
    }

    fs::path folder_;
};

TEST_F(Client, reads_its_orders) {
    write_run_file({{"lr", 0.5}, {"width", 64}, {"model", "gnn"}});
    const auto trial = trial::Trial::start();
    EXPECT_TRUE(trial.under_quench());
    EXPECT_EQ(trial.from(), 1);
    EXPECT_EQ(trial.to(), 4);
    EXPECT_EQ(trial.seed(), 18'000'000'000'000'000'000U);
    EXPECT_EQ(trial.param<double>("lr"), 0.5);
    EXPECT_EQ(trial.param<int>("width"), 64);
    EXPECT_EQ(trial.param("depth", 3), 3);
}

TEST_F(Client, names_the_hyperparameter_that_is_missing_or_wrong) {
    write_run_file({{"model", "gnn"}});
    const auto trial = trial::Trial::start();
    EXPECT_THROW(
        {
            try {
                (void)trial.param<double>("lr");
            } catch (const trial::TrialError& error) {
                EXPECT_STREQ(error.what(), "hyperparameter 'lr' is not in the run file");
                throw;
            }
        },
        trial::TrialError);
    EXPECT_THROW((void)trial.param<int>("model"), trial::TrialError);
}

TEST_F(Client, works_by_hand_without_orders) {
    const auto trial = trial::Trial::start({.params = {{"lr", 0.25}}, .to = 7});
    EXPECT_FALSE(trial.under_quench());
    EXPECT_EQ(trial.to(), 7);
    EXPECT_EQ(trial.param<double>("lr"), 0.25);
}

TEST_F(Client, a_missing_run_file_is_an_error_with_its_path) {
    ::setenv("QUENCH_RUN", "/nowhere/run.json", 1);
    EXPECT_THROW((void)trial::Trial::start(), trial::TrialError);
}

TEST_F(Client, prints_reports_that_parse) {
    write_run_file(nlohmann::json::object());
    const auto trial = trial::Trial::start();
    testing::internal::CaptureStdout();
    trial.report(2, {{"val_loss", std::nan("")}, {"acc", 0.1}, {"up", INFINITY}});
    trial.infeasible("too \"wide\"");
    const std::string out = testing::internal::GetCapturedStdout();
    const std::size_t end = out.find('\n');
    const auto report = std::get<Report>(parse_report_line(out.substr(0, end)));
    EXPECT_EQ(report.step, 2);
    EXPECT_TRUE(std::isnan(report.metrics.at("val_loss")));
    EXPECT_EQ(report.metrics.at("acc"), 0.1);
    EXPECT_EQ(std::get<Infeasible>(parse_report_line(out.substr(end + 1, out.size() - end - 2))).why,
              "too \"wide\"");
}

TEST_F(Client, repeats_the_reports_that_may_have_been_lost_when_started_anew) {
    write_run_file(nlohmann::json::object());  // from 1
    {
        const auto trial = trial::Trial::start();
        for (const int step : {1, 2, 3}) trial.report(step, {{"loss", 0.5 * step}});
    }
    const std::string expected =
        "quench: {\"step\": 2, \"loss\": 1.0}\nquench: {\"step\": 3, \"loss\": 1.5}\n";
    testing::internal::CaptureStdout();
    const auto again = trial::Trial::start();
    again.report(3, {{"loss", 7}});  // as from a checkpoint at 2: the first word stands
    EXPECT_EQ(testing::internal::GetCapturedStdout(), expected);
    again.report(4, {{"loss", 2}});
    EXPECT_EQ(python("import quench_trial\n"
                     "trial = quench_trial.start()\n"
                     "trial.report(4, loss=7)\n"),
              expected + "quench: {\"step\": 4, \"loss\": 2.0}\nrc=0\n")
        << "both clients keep the same file";
}

TEST_F(Client, a_report_that_a_crash_of_the_machine_cut_short_is_forgotten) {
    write_run_file(nlohmann::json::object());
    trial::Trial::start().report(2, {{"loss", 0.5}});
    const fs::path kept = folder_ / "checkpoint" / ".reports";
    const auto cut_short = [&] {
        std::ofstream(kept, std::ios::app) << "{\"step\": 3, \"lo" << std::string(9, '\0');
    };
    const std::string expected = "quench: {\"step\": 2, \"loss\": 0.5}\n";
    cut_short();
    EXPECT_EQ(python("import quench_trial\nquench_trial.start()\n"), expected + "rc=0\n");
    cut_short();
    testing::internal::CaptureStdout();
    (void)trial::Trial::start();
    EXPECT_EQ(testing::internal::GetCapturedStdout(), expected);
    EXPECT_EQ(fs::file_size(kept), 25u) << "what follows begins on a line of its own";
}

TEST_F(Client, only_the_first_rank_writes_checkpoints) {
    write_run_file(nlohmann::json::object(), 2);
    ::setenv("OMPI_COMM_WORLD_RANK", "1", 1);
    const auto trial = trial::Trial::start();
    trial.report(2, {{"loss", 0.5}});
    trial.write_checkpoint("state", "mine");
    EXPECT_EQ(python("import quench_trial, os\n"
                     "trial = quench_trial.start()\n"
                     "trial.report(2, loss=1)\n"
                     "trial.save_json('state.json', {})\n"
                     "with trial.atomic('model') as path: open(path, 'w').write('mine')\n"
                     "print(os.path.exists(path))\n"),
              "False\nrc=0\n");
    ::unsetenv("OMPI_COMM_WORLD_RANK");
    EXPECT_FALSE(fs::exists(folder_ / "checkpoint"));
}

TEST_F(Client, only_the_first_rank_reports_and_the_innermost_launcher_says_which_that_is) {
    const auto reports = [&](int ranks,
                             std::initializer_list<std::pair<const char*, const char*>> variables) {
        write_run_file(nlohmann::json::object(), ranks);
        for (const auto& [name, value] : variables) ::setenv(name, value, 1);
        testing::internal::CaptureStdout();
        trial::Trial::start().report(1, {{"loss", 1}});
        const bool here = !testing::internal::GetCapturedStdout().empty();
        const std::string there = python("import quench_trial\nprint(quench_trial.start().is_reporter)\n");
        EXPECT_EQ(there.find("True") != std::string::npos, here) << there;
        for (const auto& [name, value] : variables) ::unsetenv(name);
        fs::remove_all(folder_ / "checkpoint");
        return here;
    };
    EXPECT_TRUE(reports(2, {{"OMPI_COMM_WORLD_RANK", "0"}, {"SLURM_PROCID", "3"}}));
    EXPECT_FALSE(reports(2, {{"OMPI_COMM_WORLD_RANK", "1"}, {"SLURM_PROCID", "0"}}));
    EXPECT_FALSE(reports(2, {{"SLURM_PROCID", "1"}}));
    EXPECT_TRUE(reports(1, {{"SLURM_PROCID", "3"}})) << "that is the worker's";
    EXPECT_FALSE(reports(1, {{"RANK", "1"}}));
}

TEST_F(Client, a_termination_signal_only_asks_to_stop) {
    const auto trial = trial::Trial::start();
    EXPECT_FALSE(trial.stop_requested());
    std::raise(SIGTERM);
    EXPECT_TRUE(trial.stop_requested());
}

TEST_F(Client, checkpoints_are_replaced_whole_and_leave_nothing_beside) {
    write_run_file(nlohmann::json::object());
    const auto trial = trial::Trial::start();
    EXPECT_FALSE(trial.read_checkpoint("state").has_value());
    trial.write_checkpoint("state", "first");
    trial.write_checkpoint("state", std::string("\0second", 7));
    EXPECT_EQ(trial.read_checkpoint("state"), std::string("\0second", 7));
    EXPECT_EQ(std::distance(fs::directory_iterator(trial.checkpoint_dir()), {}), 1);
}

TEST_F(Client, python_resumes_from_its_checkpoint_and_reports) {
    write_run_file({{"lr", 0.5}});
    const std::string program = R"(
import quench_trial
trial = quench_trial.start()
state = trial.load_json("state.json") or {"epoch": 0, "x": 0.1}
for epoch in range(state["epoch"], trial.to):
    state = {"epoch": epoch + 1, "x": state["x"] * trial.params["lr"]}
    trial.report(epoch + 1, loss=state["x"], nan=float("nan"))
    trial.save_json("state.json", state)
print("ended at", state["epoch"])
)";
    const std::string out = python(program);
    const auto first = std::get<Report>(parse_report_line(out.substr(0, out.find('\n'))));
    EXPECT_EQ(first.step, 1);
    EXPECT_EQ(first.metrics.at("loss"), 0.05);
    EXPECT_TRUE(std::isnan(first.metrics.at("nan")));
    EXPECT_NE(out.find("ended at 4\nrc=0"), std::string::npos) << out;
    EXPECT_EQ(python(program),
              out.substr(out.find('\n') + 1)
                  .replace(out.find("ended") - out.find('\n') - 1, std::string::npos, "ended at 4\nrc=0\n"))
        << "a finished trial has nothing left to do, but its last reports may have been lost";
}

TEST_F(Client, python_stops_on_a_signal_and_names_what_is_missing) {
    write_run_file({{"lr", 0.5}});
    EXPECT_EQ(python("import os, signal, quench_trial\n"
                     "trial = quench_trial.start()\n"
                     "os.kill(os.getpid(), signal.SIGTERM)\n"
                     "print(trial.stop_requested)\n"),
              "True\nrc=0\n");
    EXPECT_NE(python("import quench_trial\nquench_trial.start().params['width']\n")
                  .find("hyperparameter 'width' is not in the run file; it has: lr\nrc=1"),
              std::string::npos);
    EXPECT_EQ(python("import quench_trial\nquench_trial.start().infeasible('no')\n"),
              "quench: {\"infeasible\": \"no\"}\nrc=0\n");
    ::unsetenv("QUENCH_RUN");
    EXPECT_EQ(python("import quench_trial\nprint(quench_trial.start(params={'lr': 2}, to=5).to)\n"),
              "5\nrc=0\n");
}

// A limit on the size of files stands in for a full disk: it can be had without privileges.
class SmallDisk {
  public:
    explicit SmallDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit small{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }

  private:
    rlimit old_{};
    void (*old_handler_)(int);
};

TEST_F(Client, a_full_disk_keeps_the_checkpoint_before_and_leaves_nothing_beside_it) {
    const auto trial = trial::Trial::start({.checkpoint_dir = (folder_ / "checkpoint").string()});
    trial.write_checkpoint("model", "before");
    {
        const SmallDisk disk(1000);
        EXPECT_THROW(trial.write_checkpoint("model", std::string(5000, 'x')), std::system_error);
    }
    EXPECT_EQ(trial.read_checkpoint("model"), "before");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "checkpoint"), {}), 1);
}

TEST_F(Client, a_full_disk_under_python_does_the_same) {
    write_run_file(nlohmann::json::object());
    const std::string out = python(R"(
import os, quench_trial, resource, signal
trial = quench_trial.start()
trial.save_json("model.json", "before")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    trial.save_json("model.json", "x" * 50000)
except OSError as error:
    print(error.strerror)
try:
    with trial.atomic("model.json") as path:
        raise ValueError("nothing was written")
except ValueError as error:
    print(error)
print(trial.load_json("model.json"), os.listdir(trial.checkpoint_dir))
)");
    EXPECT_EQ(out, "File too large\nnothing was written\nbefore ['model.json']\nrc=0\n");
}

}  // namespace
}  // namespace quench::trainer::contract

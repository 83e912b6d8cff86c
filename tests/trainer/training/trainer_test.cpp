#include "trainer/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

namespace fs = std::filesystem;

class training_alone : public testing::Test {
  protected:
    training_alone() {
        std::string pattern = (fs::temp_directory_path() / "quench-training-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        task_.hyper.graph.width = 12;
        task_.hyper.heads.hidden = 8;
        task_.hyper.encoding_hidden = 8;
        task_.hyper.id_layers = task_.hyper.reg_layers = 1;
        task_.hyper.batch_size = 4;
        task_.data.generator.pileup = 0.5;
        task_.data.events = 22;
        task_.data.validation_events = 6;
        task_.to = 3;
    }
    ~training_alone() override { fs::remove_all(folder_); }

    base::Result<Ending> run(const Task& task) {
        return Trainer(task,
                       {.report = [this](const contract::Report& r) { reports_.push_back(r); },
                        .stop_requested = [this] { return --batches_left_ == 0; }},
                       alone_)
            .run();
    }

    double value(std::size_t i, const char* metric) const { return reports_.at(i).metrics.at(metric); }

    Task task_;
    mpi::Session alone_;
    std::vector<contract::Report> reports_;
    int batches_left_ = -1;
    fs::path folder_;
};

TEST_F(training_alone, reports_each_epoch_and_learns) {
    task_.to = 6;
    task_.hyper.optimizer.lr = 0.01;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    ASSERT_EQ(reports_.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(reports_[i].step, static_cast<std::int64_t>(i + 1));
    EXPECT_LT(value(5, "val_loss"), 0.8 * value(0, "val_loss"));
    EXPECT_GT(value(5, "accuracy"), 0.6);
    EXPECT_GT(value(5, "events_per_s"), 0);
}

TEST_F(training_alone, a_stop_in_the_middle_of_an_epoch_loses_and_changes_nothing) {
    ASSERT_EQ(run(task_).value(), Ending::reached);
    const auto whole = std::exchange(reports_, {});
    task_.checkpoint_dir = folder_;
    for (const int stop_after : {3, 4, 2}) {
        batches_left_ = stop_after;
        ASSERT_EQ(run(task_).value(), Ending::stopped);
    }
    batches_left_ = -1;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    for (const contract::Report& report : reports_)
        for (const char* metric : {"val_loss", "train_loss", "accuracy"})
            EXPECT_EQ(report.metrics.at(metric),
                      whole.at(static_cast<std::size_t>(report.step - 1)).metrics.at(metric))
                << metric << " at " << report.step;
    EXPECT_EQ(reports_.back().step, 3);
}

TEST_F(training_alone, ten_epochs_are_five_and_five_with_every_model_optimizer_and_schedule) {
    using Optimizer = nn::OptimizerOptions::Kind;
    using Schedule = nn::ScheduleOptions::Kind;
    task_.data.events = 9;
    task_.data.validation_events = 2;
    std::vector<std::string> all;
    const auto trained = [&](const std::string& name, std::initializer_list<std::uint64_t> stations) {
        task_.checkpoint_dir = folder_ / name;
        for (const std::uint64_t to : stations) {
            task_.to = to;
            EXPECT_EQ(run(task_).value(), Ending::reached);
        }
        std::ifstream in(task_.checkpoint_dir / "mlpf.checkpoint", std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    for (const auto model : {mlpf::Model::gnn, mlpf::Model::transformer})
        for (const auto optimizer : {Optimizer::adam, Optimizer::adamw, Optimizer::sgd})
            for (const auto schedule :
                 {Schedule::constant, Schedule::cosine, Schedule::onecycle, Schedule::exponential}) {
                task_.hyper.model = model;
                task_.hyper.optimizer = {.kind = optimizer, .clip_norm = 1.0};
                task_.hyper.schedule = {.kind = schedule, .epochs = 8, .decay_rate = 0.5, .decay_steps = 5};
                std::string name;
                for (const int part :
                     {static_cast<int>(model), static_cast<int>(optimizer), static_cast<int>(schedule)})
                    name += std::to_string(part);
                const std::string whole = trained(name, {10});
                EXPECT_FALSE(whole.empty());
                EXPECT_EQ(whole, trained(name + "-parts", {5, 10})) << name;
                EXPECT_EQ(std::ranges::count(all, whole), 0) << name << " trains as another";
                all.push_back(whole);
            }
}

TEST_F(training_alone, threads_change_the_numbers_by_rounding_alone) {
    task_.hyper.heads.dropout = task_.hyper.graph.dropout = 0.1;
    task_.hyper.standardize = true;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    for (const std::size_t threads : {2, 3}) {
        const auto before = std::exchange(reports_, {});
        task_.threads = threads;
        ASSERT_EQ(run(task_).value(), Ending::reached);
        for (std::size_t i = 0; i < before.size(); ++i)
            for (const char* metric : {"val_loss", "train_loss"})
                EXPECT_NEAR(value(i, metric), before[i].metrics.at(metric), 1e-5 * value(i, metric));
    }
    const auto before = std::exchange(reports_, {});
    ASSERT_EQ(run(task_).value(), Ending::reached);
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(value(i, "val_loss"), before[i].metrics.at("val_loss")) << "at a fixed number of threads";
}

TEST_F(training_alone, one_two_and_four_threads_train_the_same_weights) {
    task_.hyper.heads.dropout = task_.hyper.graph.dropout = 0.1;
    task_.hyper.standardize = true;
    task_.hyper.optimizer.lr = 0.01;
    task_.hyper.batch_size = 6;
    const auto weights = [&](std::size_t threads) {
        task_.threads = threads;
        task_.checkpoint_dir = folder_ / std::to_string(threads);
        EXPECT_EQ(run(task_).value(), Ending::reached);
        std::ifstream in(task_.checkpoint_dir / "mlpf.checkpoint", std::ios::binary);
        return checkpoint_from_bytes(std::string(std::istreambuf_iterator<char>(in), {})).value().values;
    };
    const auto alone = weights(1);
    EXPECT_EQ(weights(2), alone);
    EXPECT_EQ(weights(4), alone);
    EXPECT_NE(weights(3), alone) << "adds up other parts; if it did not, the others would prove nothing";
}

TEST_F(training_alone, a_stop_and_resume_keep_dropout_and_standardization) {
    task_.hyper.heads.dropout = task_.hyper.graph.dropout = 0.2;
    task_.hyper.standardize = true;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    const double whole = value(2, "val_loss");
    task_.checkpoint_dir = folder_;
    batches_left_ = 8;
    ASSERT_EQ(run(task_).value(), Ending::stopped);
    batches_left_ = -1;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    EXPECT_EQ(reports_.back().metrics.at("val_loss"), whole);
}

TEST_F(training_alone, a_finished_training_says_its_reports_again) {
    task_.checkpoint_dir = folder_;
    ASSERT_TRUE(run(task_).ok());
    const auto first = std::exchange(reports_, {});
    task_.from = 1;
    ASSERT_EQ(run(task_).value(), Ending::reached);
    ASSERT_EQ(reports_.size(), 2U) << "the first is known to have arrived";
    EXPECT_EQ(reports_[1].step, 3);
    EXPECT_EQ(value(1, "val_loss"), first[2].metrics.at("val_loss"));
}

TEST_F(training_alone, a_divergence_is_reported_and_keeps_the_last_good_checkpoint) {
    task_.checkpoint_dir = folder_;
    task_.to = 1;
    ASSERT_TRUE(run(task_).ok());
    task_.hyper.optimizer = {.kind = nn::OptimizerOptions::Kind::sgd, .lr = 1e3};
    task_.to = 50;
    EXPECT_FALSE(run(task_).ok()) << "the checkpoint is of another training";
    task_.checkpoint_dir = folder_ / "other";
    reports_.clear();
    ASSERT_EQ(run(task_).value(), Ending::diverged);
    EXPECT_TRUE(std::isnan(reports_.back().metrics.at("val_loss")));
    EXPECT_EQ(fs::exists(task_.checkpoint_dir / "mlpf.checkpoint"), reports_.size() > 1);
}

TEST_F(training_alone, every_option_that_changes_numbers_is_in_the_configuration) {
    const std::string text = configuration_of(task_, open_sources(task_.data));
    for (const auto& change : std::initializer_list<std::function<void(Task&)>>{
             [](Task& t) { t.seed = 9; }, [](Task& t) { t.data.events = 23; },
             [](Task& t) { t.data.generator.pileup = 0.6; }, [](Task& t) { t.data.generator.seed = 2; },
             [](Task& t) { t.data.validation_events = 7; }, [](Task& t) { t.hyper.batch_size = 5; }}) {
        Task other = task_;
        change(other);
        EXPECT_NE(configuration_of(other, open_sources(other.data)), text);
    }
    Task further = task_;
    further.to = 100;
    EXPECT_EQ(configuration_of(further, open_sources(further.data)), text)
        << "a trial that is promoted resumes";
}

TEST_F(training_alone, a_folder_that_cannot_hold_a_checkpoint_is_refused_before_the_first_epoch) {
    task_.checkpoint_dir = folder_ / "file";
    std::ofstream(task_.checkpoint_dir) << "no folder";
    const auto ended = run(task_);
    ASSERT_FALSE(ended.ok());
    EXPECT_NE(ended.error().text().find("no checkpoint can be kept here"), std::string::npos)
        << ended.error().text();
    EXPECT_TRUE(reports_.empty());
}

TEST_F(training_alone, events_without_elements_are_refused_as_their_loss_would_be_the_best) {
    struct Empty final : data::EventSource {
        [[nodiscard]] std::size_t size() const override { return 3; }
        [[nodiscard]] event::Detector detector() const override { return event::Detector::delphes; }
        [[nodiscard]] data::Counts counts(std::size_t) const override { return {}; }
        [[nodiscard]] base::Result<event::Event> read(std::size_t) const override { return event::Event{}; }
    };
    Sources sources = open_sources(task_.data);
    sources.validation = std::make_shared<Empty>();
    EXPECT_THROW(Trainer(task_, {}, alone_, sources), std::runtime_error);
}

}  // namespace
}  // namespace quench::trainer::training

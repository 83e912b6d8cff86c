// Published learning curves, where they lie beside the checkout; skipped without them.
#include "orchestrator/simulate/many.hpp"
#include "orchestrator/simulate/table_answer.hpp"
#include "orchestrator/study/study_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

const std::filesystem::path curves = std::filesystem::path(QUENCH_SHARED) / "curves";

std::shared_ptr<const Table> table_in(const std::string& name) {
    std::ifstream file(curves / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    auto table = read_table(text.str());
    EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().text());
    return std::make_shared<const Table>(std::move(table).value());
}

TEST(shared_curves, hyperband_on_the_curves_of_mlpf_spends_the_published_total_for_every_seed) {
    if (!std::filesystem::exists(curves)) GTEST_SKIP() << "no " << curves;
    const auto study = study::study_from_text(R"(study: hyperband
objective: {metric: loss}
space:
  lr:            {type: float, low: 1.0e-6, high: 3.0e-2, log: true}
  weight_decay:  {type: float, low: 1.0e-6, high: 1.0e-1, log: true}
  dropout:       {type: float, low: 0.0, high: 0.5}
  bin_size:      {type: categorical, choices: [8, 16, 32, 64, 128]}
  output_dim:    {type: categorical, choices: [8, 16, 32, 64, 128, 256]}
  n_glayers_id:  {type: int, low: 0, high: 4}
  n_glayers_reg: {type: int, low: 0, high: 4}
search: {seed: 1}
fidelity: {scheduler: hyperband, unit: epoch, max: 100, eta: 2}
trial: {command: [mlpf-train]}
)");
    ASSERT_TRUE(study.ok()) << study.error().text();
    const auto answer = table_answer(table_in("mlpf_delphes_7hp_train_loss.csv"), *study);
    ASSERT_TRUE(answer.ok()) << answer.error().text();
    for (const auto& run : simulate_many(*study, *answer->landscape, {.workers = 4}, 20, 2)) {
        EXPECT_EQ(run.resource, 3213);
        EXPECT_EQ(run.trials, 163u);
        EXPECT_EQ(run.wrongly_dropped, 0);
        EXPECT_FALSE(run.provisional);
    }
}

TEST(shared_curves, every_table_is_read_whole) {
    if (!std::filesystem::exists(curves)) GTEST_SKIP() << "no " << curves;
    struct Known {
        const char* file;
        const char* metric;
        std::size_t rows, steps;
    };
    for (const Known& known : {Known{"mlpf_delphes_7hp_train_loss.csv", "loss", 296, 100},
                               Known{"mlpf_delphes_7hp_val_loss.csv", "val_loss", 104, 100},
                               Known{"cnn_cifar10_5hp_accuracy.csv", "accuracy", 167, 200},
                               Known{"lstm_ptb_2hp_perplexity.csv", "perplexity", 280, 60}}) {
        const auto table = table_in(known.file);
        EXPECT_EQ(table->rows(), known.rows) << known.file;
        ASSERT_NE(table->find(known.metric), nullptr) << known.file;
        EXPECT_EQ(table->find(known.metric)->steps, known.steps) << known.file;
    }
}

}  // namespace
}  // namespace quench::orchestrator::simulate

#include "trainer/training/prediction.hpp"

#include "trainer/event/generator.hpp"
#include "trainer/mlpf/candidates.hpp"
#include "trainer/training/forward_cost.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

using mlpf::Index;

Model small_model() {
    mlpf::Hyperparameters hyper;
    hyper.graph.width = 16;
    hyper.id_layers = hyper.reg_layers = 1;
    nn::Parameters<float> parameters(3);
    const mlpf::Network<float> network(parameters, hyper, 12);
    return Model({hyper, 3, event::Detector::delphes}, parameters.values());
}

TEST(prediction, is_what_the_network_and_the_candidates_say_of_the_event_alone) {
    const Model model = small_model();
    Predictor predictor(model);
    for (std::uint64_t i = 0; i < 5; ++i) {
        const event::Event event = event::generate({.pileup = 3}, i);
        const auto rows = static_cast<Index>(event.rows);
        mlpf::Batch<float> batch;
        batch.begin = {0, rows};
        batch.features = Eigen::Map<const mlpf::Matrix<float>>(event.elements.data(), rows, 12);
        mlpf::Network<float>::Cache cache;
        mlpf::Matrix<float> expected;
        mlpf::candidates(model.network().forward(model.parameters(), batch, cache), batch.features,
                         model.hyper().loss.targets, expected);
        const Prediction prediction = predictor.of(event);
        EXPECT_GT(prediction.seconds, 0);
        ASSERT_EQ(prediction.candidates.size(), event.rows * event::target_columns);
        EXPECT_TRUE(std::equal(prediction.candidates.begin(), prediction.candidates.end(), expected.data()));
    }
    EXPECT_TRUE(predictor.of(event::Event{}).candidates.empty());
}

TEST(forward_cost, events_have_the_size_that_is_asked_for_and_keep_their_kinds_of_elements) {
    for (const std::size_t rows : {1U, 100U, 1000U, 9000U})
        for (const auto detector : {event::Detector::delphes, event::Detector::clic}) {
            const event::Event event = event_of_size(rows, 200, detector);
            const std::size_t columns = event::feature_columns(detector);
            EXPECT_EQ(event.rows, rows);
            ASSERT_EQ(event.elements.size(), rows * columns);
            ASSERT_EQ(event.targets.size(), rows * event::target_columns);
            double towers = 0;
            for (std::size_t row = 0; row < rows; ++row) towers += event.elements[row * columns] == 1;
            if (rows >= 100) {
                EXPECT_NEAR(towers / static_cast<double>(rows), 0.5, 0.25);
            }
        }
}

TEST(forward_cost, time_and_memory_grow_in_proportion_at_most) {
    const Model model = small_model();
    const ForwardCost small = forward_cost(model, event_of_size(1000, 200, event::Detector::delphes));
    const ForwardCost large = forward_cost(model, event_of_size(8000, 200, event::Detector::delphes));
    EXPECT_GE(large.runs, 5U);
    EXPECT_GT(large.least_processor_s, small.least_processor_s);
    EXPECT_LE(large.median_s, large.p95_s);
    if (!small.peak_bytes || !large.peak_bytes) GTEST_SKIP() << "the system does not tell a peak of memory";
    // What 8000 elements take at least: the encoded features and a width of 16 in each of four places.
    EXPECT_GT(*large.peak_bytes, 8000.0 * 4 * (14 + 4 * 16));
    // 8^1.1 = 9.8; quadratic would be 64. Time is not compared: the machine may be busy with other things.
    EXPECT_LT(*large.peak_bytes, 9.8 * *small.peak_bytes);
}

}  // namespace
}  // namespace quench::trainer::training

#include "trainer/training/model_file.hpp"

#include "trainer/training/checkpoint.hpp"
#include "trainer/training/trainer.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

namespace fs = std::filesystem;
using mlpf::Index;

class model_file : public testing::TestWithParam<mlpf::Model> {
  protected:
    model_file() {
        std::string pattern = (fs::temp_directory_path() / "quench-model-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        hyper_.model = GetParam();
        hyper_.graph.width = 12;
        hyper_.graph.bin_size = 8;
        hyper_.heads.hidden = hyper_.encoding_hidden = 8;
        hyper_.id_layers = hyper_.reg_layers = 1;
        hyper_.heads_of_attention = 2;
        hyper_.optimizer.lr = 0.0012345678901234567;
    }
    ~model_file() override { fs::remove_all(folder_); }

    // A checkpoint of a network that was made with this seed; what the network says of a few elements.
    mlpf::Outputs<float> write(event::Detector detector, std::uint64_t seed) {
        const auto columns = static_cast<Index>(event::feature_columns(detector));
        nn::Parameters<float> parameters(seed);
        const mlpf::Network<float> network(parameters, hyper_, columns);
        Checkpoint checkpoint;
        Task task;
        task.hyper = hyper_;
        task.seed = seed;
        checkpoint.configuration = configuration_of(task, {nullptr, nullptr, "here seed=9"});
        checkpoint.values.assign(parameters.values().begin(), parameters.values().end());
        checkpoint.optimizer = nn::make_optimizer_state<float>(hyper_.optimizer, parameters.size());
        std::ofstream(folder_ / checkpoint_name, std::ios::binary) << to_bytes(checkpoint);
        mlpf::Network<float>::Cache cache;
        return network.forward(parameters, batch(columns), cache);
    }

    static mlpf::Batch<float> batch(Index columns) {
        constexpr Index rows = 40;  // several bins
        mlpf::Batch<float> batch;
        batch.begin = {0, rows};
        batch.targets.setZero(rows, mlpf::target_columns);
        batch.features.resize(rows, columns);
        for (Index i = 0; i < batch.features.size(); ++i)
            batch.features.data()[i] = static_cast<float>((i * 37) % 23) / 7.0F;
        for (Index row = 0; row < rows; ++row) batch.features(row, 0) = static_cast<float>(1 + row % 2);
        return batch;
    }

    fs::path folder_;
    mlpf::Hyperparameters hyper_;
    mpi::Session alone_;
};

TEST_P(model_file, the_network_of_a_checkpoint_says_what_the_trained_one_said) {
    for (const auto detector : {event::Detector::delphes, event::Detector::clic}) {
        const auto said = write(detector, 18'000'000'000'000'000'000U);
        const auto model = load_model(folder_, alone_);
        ASSERT_TRUE(model.ok()) << model.error().text();
        EXPECT_EQ((*model)->detector(), detector);
        EXPECT_EQ(to_text((*model)->hyper()), to_text(hyper_));
        mlpf::Network<float>::Cache cache;
        const auto& again = (*model)->network().forward(
            (*model)->parameters(), batch(static_cast<Index>(event::feature_columns(detector))), cache);
        EXPECT_EQ(again.logits, said.logits) << "the hashing too, which depends on the seed";
        EXPECT_EQ(again.momentum, said.momentum);
        EXPECT_FALSE(check_detector(
                         **model,
                         detector == event::Detector::clic ? event::Detector::delphes : event::Detector::clic,
                         "x.h5")
                         .ok());
    }
}

TEST_P(model_file, what_is_no_model_is_refused_with_its_reason) {
    const auto problem = [&] {
        const auto model = load_model(folder_, alone_);
        return model.ok() ? "none" : model.error().text();
    };
    using testing::HasSubstr;
    EXPECT_THAT(problem(), HasSubstr("there is no checkpoint (no such file); train one with"));
    write(event::Detector::delphes, 1);
    const fs::path path = folder_ / checkpoint_name;
    fs::resize_file(path, fs::file_size(path) / 2);
    EXPECT_THAT(problem(), HasSubstr("mlpf.checkpoint: the checkpoint is truncated"));
    std::ofstream(path, std::ios::binary) << "PK something else";
    EXPECT_THAT(problem(), HasSubstr("mlpf.checkpoint: not a checkpoint of mlpf-train"));
    std::ofstream(path, std::ios::binary) << "";
    EXPECT_THAT(problem(), HasSubstr("is empty"));
    Checkpoint other;
    other.configuration = "lr=0.1 seed=3 data: here";
    other.values = other.optimizer.first = {1, 2, 3};
    std::ofstream(path, std::ios::binary) << to_bytes(other);
    EXPECT_THAT(problem(), HasSubstr("the checkpoint's 3 parameters fit no network"));
    other.configuration = "lr=nonsense seed=3";
    std::ofstream(path, std::ios::binary) << to_bytes(other);
    EXPECT_THAT(problem(), HasSubstr("hyperparameters are unknown here"));
    other.configuration = "lr=0.1";
    std::ofstream(path, std::ios::binary) << to_bytes(other);
    EXPECT_THAT(problem(), HasSubstr("names no seed"));
}

INSTANTIATE_TEST_SUITE_P(of, model_file,
                         testing::Values(mlpf::Model::gnn, mlpf::Model::mlp, mlpf::Model::transformer),
                         [](const auto& test) { return std::to_string(static_cast<int>(test.param)); });

}  // namespace
}  // namespace quench::trainer::training

#include "trainer/mlpf/hyperparameters.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::mlpf {
namespace {

using nlohmann::json;

std::string infeasible(const json& params) {
    const auto read = hyperparameters_from(params);
    return std::holds_alternative<contract::Infeasible>(read) ? std::get<contract::Infeasible>(read).why
                                                              : "feasible";
}

std::string error(const json& params) {
    const auto read = hyperparameters_from(params);
    return std::holds_alternative<base::Error>(read) ? std::get<base::Error>(read).text() : "no error";
}

TEST(hyperparameters, are_read_by_name_and_default_otherwise) {
    const auto read = hyperparameters_from({{"lr", 0.01},
                                            {"bin_size", 16},
                                            {"width", 64.0},
                                            {"optimizer", "sgd"},
                                            {"normalize_degrees", false}});
    const auto& hyper = std::get<Hyperparameters>(read);
    EXPECT_EQ(hyper.optimizer.lr, 0.01);
    EXPECT_EQ(hyper.graph.bin_size, 16);
    EXPECT_EQ(hyper.graph.width, 64);
    EXPECT_EQ(hyper.optimizer.kind, nn::OptimizerOptions::Kind::sgd);
    EXPECT_FALSE(hyper.graph.normalize_degrees);
    EXPECT_EQ(hyper.id_layers, Hyperparameters{}.id_layers);
}

TEST(hyperparameters, a_preset_gives_the_values_that_are_not_named) {
    const auto read =
        std::get<Hyperparameters>(hyperparameters_from({{"preset", "clic_tuned"}, {"width", 32}}));
    EXPECT_EQ(read.id_layers, 6);
    EXPECT_EQ(read.graph.width, 32);
    EXPECT_THAT(error({{"preset", "clic"}}), testing::HasSubstr("must be one of: clic_before, clic_tuned,"));
}

TEST(hyperparameters, impossible_values_are_infeasible) {
    EXPECT_EQ(infeasible({{"bin_size", 0}}), "bin_size is 0, but must be from 1 to 4096");
    EXPECT_EQ(infeasible({{"id_layers", 0}}), "id_layers is 0, but must be from 1 to 64");
    EXPECT_EQ(infeasible({{"lr", 0.0}}), "lr is 0.0, but must be above 0.0 and at most 1000.0");
    EXPECT_EQ(infeasible({{"momentum", 0.0}, {"clip_low", 0}}), "feasible");
    EXPECT_EQ(infeasible({{"width", 1e300}}), "width is 1e+300, but must be from 1 to 4096");
    EXPECT_EQ(infeasible({{"clip_norm", -1}}),
              "clip_norm is -1, but must be at least 0.0 and at most 1000000.0");
    EXPECT_EQ(infeasible({{"lr", -0.1}}), "lr is -0.1, but must be above 0.0 and at most 1000.0");
    EXPECT_EQ(infeasible({{"lr", std::nan("")}}), "lr is null, but must be above 0.0 and at most 1000.0")
        << "JSON has no NaN";
    EXPECT_EQ(infeasible({{"head_dropout", 1}}),
              "head_dropout is 1, but must be at least 0.0 and at most 0.95");
    EXPECT_EQ(infeasible({{"bin_size", -3}}), "bin_size is -3, but must be from 1 to 4096");
    // Each head is as wide as the layer, so heads need not divide a width.
    EXPECT_EQ(infeasible({{"model", "transformer"}, {"width", 16}, {"attention_heads", 7}}), "feasible");
}

TEST(hyperparameters, unknown_names_and_wrong_types_are_errors) {
    EXPECT_THAT(
        error({{"learning_rate", 1}}),
        testing::StartsWith(
            "unknown hyperparameter 'learning_rate'; known are: preset, angle_delta, attention_heads,"));
    EXPECT_EQ(error({{"id_layers", 1.5}}), "hyperparameter 'id_layers' must be an integer, not 1.5");
    EXPECT_EQ(error({{"lr", "1e-3"}}), "hyperparameter 'lr' must be a number, not \"1e-3\"");
    EXPECT_EQ(error({{"model", "cnn"}}),
              "hyperparameter 'model' is \"cnn\", but must be one of: gnn, mlp, transformer");
    EXPECT_EQ(error({{"id_layers", 0}, {"zzz", 1}}).substr(0, 28), "unknown hyperparameter 'zzz'")
        << "the error is first";
}

TEST(hyperparameters, their_text_tells_configurations_apart) {
    const auto text = [](const json& params) {
        return to_text(std::get<Hyperparameters>(hyperparameters_from(params)));
    };
    EXPECT_EQ(text({{"lr", 0.001}}), text(json::object()));
    EXPECT_NE(text({{"lr", 0.0010000000000000002}}), text(json::object()));
    EXPECT_THAT(text(json::object()), testing::HasSubstr("model=gnn "));
}

TEST(hyperparameters, their_text_is_read_back) {
    const auto hyper = std::get<Hyperparameters>(hyperparameters_from(
        json{{"preset", "clic_tuned"}, {"lr", 0.0010000000000000002}, {"model", "transformer"}}));
    const auto read = hyperparameters_from_text(to_text(hyper) + " seed=3 data: lr=5");
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(to_text(*read), to_text(hyper));
    EXPECT_FALSE(hyperparameters_from_text("model=cnn").ok());
    EXPECT_FALSE(hyperparameters_from_text("bin_size=0").ok());
}

}  // namespace
}  // namespace quench::trainer::mlpf

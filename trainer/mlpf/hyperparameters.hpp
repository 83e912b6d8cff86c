// What a search may vary in MLPF training, with the names, defaults and limits that users see.
#pragma once

#include "base/result.hpp"
#include "trainer/contract/report_line.hpp"
#include "trainer/mlpf/graph_layer.hpp"
#include "trainer/nn/optimizer.hpp"
#include "trainer/nn/schedule.hpp"

#include <string>
#include <variant>

#include <nlohmann/json_fwd.hpp>

namespace quench::trainer::mlpf {

/// `gnn`: graph layers. `mlp`: dense layers in their place, each element alone; a baseline.
enum class Model { gnn, mlp };

struct Hyperparameters {
    Model model = Model::gnn;
    Index layers = 2;  ///< in each of the two stacks, classification and regression
    GraphLayerShape graph{.width = 48, .distance_dim = 8, .distance_hidden = 32, .bin_size = 32};
    Index encoding_hidden = 48;
    Index head_hidden = 48;
    Index head_layers = 1;
    nn::OptimizerOptions optimizer;
    nn::ScheduleOptions schedule;
    Index batch_size = 8;  ///< events in a global batch, over all ranks
};

/// Reads a JSON object {name: value}; absent names keep their defaults. A value that could be asked for but
/// cannot work (bin_size 0, no layers) is Infeasible; an unknown name or a wrong type is an Error that says
/// what is known.
std::variant<Hyperparameters, contract::Infeasible, base::Error> hyperparameters_from(
    const nlohmann::json& params);

/// "batch_size=8 bin_size=32 ...": every value, in one order. Two configurations are the same if and only if
/// their texts are.
std::string to_text(const Hyperparameters& hyper);

}  // namespace quench::trainer::mlpf

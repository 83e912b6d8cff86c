// What a search may vary in MLPF training, with the names, defaults and limits that users see.
#pragma once

#include "base/result.hpp"
#include "trainer/contract/report_line.hpp"
#include "trainer/mlpf/encoding.hpp"
#include "trainer/mlpf/graph_layer.hpp"
#include "trainer/mlpf/loss.hpp"
#include "trainer/mlpf/transformer.hpp"
#include "trainer/nn/optimizer.hpp"
#include "trainer/nn/schedule.hpp"

#include <string>
#include <variant>

#include <nlohmann/json_fwd.hpp>

namespace quench::trainer::mlpf {

/// `gnn`: graph layers. `mlp`: dense layers in their place, each element alone; a baseline. `transformer`:
/// kernel attention.
enum class Model { gnn, mlp, transformer };

/// How the layers of a stack are put together: x <- x + layer(x), or x <- layer(x) and the outputs of all
/// layers side by side in the end.
enum class Stacking { additive, concat };

/// The feed-forward networks behind the stacks. `as_others` in the specific ones: as `hidden` and `layers`.
struct HeadShape {
    static constexpr Index as_others = -1;

    Index hidden = 48;
    Index layers = 1;
    Index id_hidden = as_others, id_layers = as_others;
    Index charge_hidden = as_others, charge_layers = as_others;
    bool halving = false;       ///< widths halve from layer to layer
    bool layer_norm = false;    ///< on the classification stream, before all heads
    bool pt_correction = true;  ///< pt = |a pt_in + b|, else |a|
    double dropout = 0;         ///< behind each hidden layer, in training
    /// Whether the momentum heads begin with no correction at all, so that training begins at the element's
    /// own momentum; published configurations begin with random corrections, tens of GeV of raw features.
    bool start_at_element = true;
};

struct Hyperparameters {
    Model model = Model::gnn;
    Encoding encoding = Encoding::logs;
    bool standardize = false;  ///< the encoded features, by the training set's means and deviations
    Index encoding_hidden = 48;
    Index id_layers = 2;   ///< in the classification stack
    Index reg_layers = 2;  ///< in the regression stack
    Stacking stacking = Stacking::additive;
    bool skip_connection =
        false;  ///< concat: the encoded features as well; additive: no effect, as published
    GraphLayerShape graph{.width = 48, .distance_dim = 8, .distance_hidden = 32, .bin_size = 32};
    /// Of the transformer, beside width, id_layers and reg_layers, which it shares with the others.
    Index heads_of_attention = 4;
    Index random_features = 16;
    Index encoder_layers = 1;
    bool ffn_residual = false;
    HeadShape heads;
    LossOptions loss;
    nn::OptimizerOptions optimizer;
    nn::ScheduleOptions schedule;
    Index batch_size = 8;  ///< events in a global batch, over all ranks
};

/// The transformer of these.
TransformerShape transformer_of(const Hyperparameters& hyper);

/// Reads a JSON object {name: value}; absent names keep their defaults, which are those of `preset` if that
/// is given. A value that could be asked for but cannot work (bin_size 0, no layers) is Infeasible; an
/// unknown name or a wrong type is an Error that says what is known.
std::variant<Hyperparameters, contract::Infeasible, base::Error> hyperparameters_from(
    const nlohmann::json& params);

/// Every value by its name; hyperparameters_from reads it back.
nlohmann::json to_json(const Hyperparameters& hyper);

/// "batch_size=8 bin_size=32 ...": every value, in one order. Two configurations are the same if and only if
/// their texts are.
std::string to_text(const Hyperparameters& hyper);

/// Reads to_text's text back, from the front of `text`; what follows the last hyperparameter is left alone.
/// Fails where a value is not what hyperparameters_from takes.
base::Result<Hyperparameters> hyperparameters_from_text(const std::string& text);

}  // namespace quench::trainer::mlpf

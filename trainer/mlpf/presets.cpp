#include "trainer/mlpf/presets.hpp"

namespace quench::trainer::mlpf {
namespace {

constexpr double delphes_delta = 0.1, clic_delta = 1.0;

// What all published configurations share.
Hyperparameters published() {
    Hyperparameters h;
    h.encoding = Encoding::raw;
    h.graph.distance_dim = 128;
    h.graph.dist_mult = 0.1;
    h.heads.layer_norm = true;
    h.heads.halving = true;
    h.heads.start_at_element = false;
    h.batch_size = 5;
    return h;
}

Hyperparameters delphes() {
    Hyperparameters h = published();
    h.encoding_hidden = 512;
    h.id_layers = h.reg_layers = 3;
    h.graph.width = 512;
    h.graph.bin_size = 640;
    h.graph.distance_hidden = 128;
    h.graph.distance_layers = 1;
    h.graph.messages = 1;
    h.graph.normalize_degrees = true;
    h.heads.hidden = 256;
    h.heads.layers = 3;
    h.heads.id_layers = 4;
    h.heads.charge_layers = 2;
    h.loss.class_weight = h.loss.charge_weight = h.loss.momentum_weight = 1.0;
    h.loss.angle_delta = delphes_delta;
    h.optimizer.lr = 1e-5;
    return h;
}

Hyperparameters delphes_bench() {
    Hyperparameters h = delphes();
    h.graph.width = 256;
    h.stacking = Stacking::concat;
    h.loss.momentum_weight = 100.0;
    h.optimizer.lr = 1e-4;
    return h;
}

Hyperparameters clic() {
    Hyperparameters h = published();
    h.encoding_hidden = 256;
    h.graph.width = 256;
    h.graph.layer_norm = true;
    h.graph.distance_activation = nn::Activation::elu;
    h.graph.messages = 2;
    h.graph.normalize_degrees = false;
    h.loss.class_weight = 100.0;
    h.loss.charge_weight = 1.0;
    h.loss.momentum_weight = 10.0;
    h.loss.angle_delta = clic_delta;
    h.heads.dropout = 0.1;
    return h;
}

Hyperparameters clic_before() {
    Hyperparameters h = clic();
    h.id_layers = h.reg_layers = 5;
    h.graph.bin_size = 640;
    h.graph.distance_hidden = 128;
    h.graph.distance_layers = 2;
    h.heads.hidden = 256;
    h.heads.layers = 2;
    h.heads.id_hidden = 512;
    h.heads.id_layers = 3;
    h.optimizer.lr = 1e-4;
    h.batch_size = 20;
    return h;
}

Hyperparameters clic_tuned() {
    Hyperparameters h = clic();
    h.id_layers = h.reg_layers = 6;
    h.graph.bin_size = 256;
    h.graph.distance_hidden = 64;
    h.graph.distance_layers = 3;
    h.heads.hidden = 128;
    h.heads.layers = 1;
    h.optimizer.lr = 1e-3;
    return h;
}

Hyperparameters transformer_before() {
    Hyperparameters h = clic_before();
    h.model = Model::transformer;
    h.encoder_layers = h.id_layers = h.reg_layers = 1;
    h.graph.width = h.encoding_hidden = 64;
    h.heads_of_attention = 16;
    h.random_features = 32;
    h.standardize = true;
    h.heads.dropout = 0;
    return h;
}

Hyperparameters transformer_tuned() {
    Hyperparameters h = clic_tuned();
    h.model = Model::transformer;
    h.encoder_layers = 3;
    h.id_layers = h.reg_layers = 2;
    h.graph.width = h.encoding_hidden = 32;
    h.heads_of_attention = 8;
    h.random_features = 32;
    h.standardize = true;
    h.heads.dropout = 0;
    return h;
}

struct Preset {
    const char* name;
    Hyperparameters (*make)();
};
constexpr Preset presets[] = {{"clic_before", clic_before},
                              {"clic_tuned", clic_tuned},
                              {"delphes", delphes},
                              {"delphes_bench", delphes_bench},
                              {"quick", [] { return Hyperparameters{}; }},
                              {"transformer_before", transformer_before},
                              {"transformer_tuned", transformer_tuned}};

}  // namespace

std::optional<Hyperparameters> preset(const std::string& name) {
    for (const Preset& each : presets)
        if (name == each.name) return each.make();
    return std::nullopt;
}

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const Preset& each : presets) names.emplace_back(each.name);
    return names;
}

}  // namespace quench::trainer::mlpf

#include "trainer/mlpf/hyperparameters.hpp"

#include "trainer/mlpf/presets.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

namespace quench::trainer::mlpf {
namespace {

using nlohmann::json;

// One hyperparameter: how it is read and shown. `read` returns what is wrong, with its kind, or nothing.
struct Problem {
    enum class Kind { none, infeasible, error } kind = Kind::none;
    std::string why;
};
struct Field {
    std::function<Problem(const json&)> read;
    std::function<json()> show;
};

Field integer(Index& place, Index low, Index high) {
    return {[&place, low, high](const json& value) -> Problem {
                if (!value.is_number() || value.get<double>() != std::floor(value.get<double>()))
                    return {Problem::Kind::error, "must be an integer, not " + value.dump()};
                const auto number = value.get<double>();
                if (number < static_cast<double>(low) || number > static_cast<double>(high))
                    return {Problem::Kind::infeasible, "is " + value.dump() + ", but must be from " +
                                                           std::to_string(low) + " to " +
                                                           std::to_string(high)};
                place = static_cast<Index>(number);
                return {};
            },
            [&place] { return json(place); }};
}

constexpr double zero = -1e-300;  // as an open limit: 0 is allowed

// Open below and closed above: a learning rate of 0 trains nothing.
Field real(double& place, double above, double high) {
    return {[&place, above, high](const json& value) -> Problem {
                if (!value.is_number())
                    return {Problem::Kind::error, "must be a number, not " + value.dump()};
                const auto number = value.get<double>();
                if (!(number > above && number <= high))
                    return {Problem::Kind::infeasible,
                            "is " + value.dump() + ", but must be " +
                                (above == zero ? "at least 0.0" : "above " + json(above).dump()) +
                                " and at most " + json(high).dump()};
                place = number;
                return {};
            },
            [&place] { return json(place); }};
}

template <class Enum>
Field choice(Enum& place, std::map<std::string, Enum> choices) {
    const auto names = [choices] {
        std::string out;
        for (const auto& [name, value] : choices) out += (out.empty() ? "" : ", ") + name;
        return out;
    };
    return {[&place, choices, names](const json& value) -> Problem {
                const auto found = choices.find(value.is_string() ? value.get<std::string>() : value.dump());
                if (found == choices.end())
                    return {Problem::Kind::error, "is " + value.dump() + ", but must be one of: " + names()};
                place = found->second;
                return {};
            },
            [&place, choices] {
                const auto at =
                    std::ranges::find_if(choices, [&](const auto& c) { return c.second == place; });
                return json(at->first);
            }};
}

Field boolean(bool& place) {
    return {[&place](const json& value) -> Problem {
                if (!value.is_boolean())
                    return {Problem::Kind::error, "must be true or false, not " + value.dump()};
                place = value.get<bool>();
                return {};
            },
            [&place] { return json(place); }};
}

constexpr Index widest = 4096;
constexpr double most_dropout = 0.95;

using Table = std::map<std::string, Field>;

void add_graph(Table& table, GraphLayerShape& g) {
    table.merge(Table{
        {"width", integer(g.width, 1, widest)},
        {"bin_size", integer(g.bin_size, 1, widest)},
        {"messages", integer(g.messages, 1, 16)},
        {"distance_dim", integer(g.distance_dim, 1, widest)},
        {"distance_hidden", integer(g.distance_hidden, 1, widest)},
        {"distance_layers", integer(g.distance_layers, 0, 16)},
        {"distance_activation",
         choice<nn::Activation>(g.distance_activation,
                                {{"linear", nn::Activation::linear}, {"elu", nn::Activation::elu}})},
        {"dist_mult", real(g.dist_mult, 0.0, 100.0)},
        {"clip_low", real(g.clip_low, zero, 1.0)},
        {"normalize_degrees", boolean(g.normalize_degrees)},
        {"layer_norm", boolean(g.layer_norm)},
        {"message_dropout", real(g.dropout, zero, most_dropout)},
    });
}

void add_heads(Table& table, HeadShape& h) {
    constexpr Index deepest = 16;
    table.merge(Table{
        {"head_hidden", integer(h.hidden, 1, widest)},
        {"head_layers", integer(h.layers, 0, deepest)},
        {"id_head_hidden", integer(h.id_hidden, HeadShape::as_others, widest)},
        {"id_head_layers", integer(h.id_layers, HeadShape::as_others, deepest)},
        {"charge_head_hidden", integer(h.charge_hidden, HeadShape::as_others, widest)},
        {"charge_head_layers", integer(h.charge_layers, HeadShape::as_others, deepest)},
        {"head_halving", boolean(h.halving)},
        {"head_layer_norm", boolean(h.layer_norm)},
        {"pt_correction", boolean(h.pt_correction)},
        {"start_at_element", boolean(h.start_at_element)},
        {"head_dropout", real(h.dropout, zero, most_dropout)},
    });
}

void add_loss(Table& table, LossOptions& l) {
    constexpr double most = 1e6;
    table.merge(Table{
        {"class_weight", real(l.class_weight, zero, most)},
        {"charge_weight", real(l.charge_weight, zero, most)},
        {"momentum_weight", real(l.momentum_weight, zero, most)},
        {"focal_alpha", real(l.alpha, zero, 1.0)},
        {"focal_gamma", real(l.gamma, zero, 10.0)},
        {"energy_delta", real(l.energy_delta, 0.0, most)},
        {"angle_delta", real(l.angle_delta, 0.0, most)},
        {"targets", choice<Targets>(l.targets, {{"raw", Targets::raw}, {"log_ratio", Targets::log_ratio}})},
        {"loss_normalization", choice<Normalization>(l.normalization, {{"real", Normalization::real},
                                                                       {"padded", Normalization::padded}})},
    });
}

void add_training(Table& table, Hyperparameters& h) {
    using Kind = nn::OptimizerOptions::Kind;
    using Rate = nn::ScheduleOptions::Kind;
    table.merge(Table{
        {"batch_size", integer(h.batch_size, 1, 1 << 20)},
        {"optimizer",
         choice<Kind>(h.optimizer.kind, {{"adam", Kind::adam}, {"adamw", Kind::adamw}, {"sgd", Kind::sgd}})},
        {"lr", real(h.optimizer.lr, 0.0, 1e3)},
        {"momentum", real(h.optimizer.momentum, zero, 1.0)},
        {"weight_decay", real(h.optimizer.weight_decay, zero, 1e3)},
        {"clip_norm", real(h.optimizer.clip_norm, zero, 1e6)},
        {"schedule", choice<Rate>(h.schedule.kind, {{"constant", Rate::constant},
                                                    {"cosine", Rate::cosine},
                                                    {"onecycle", Rate::onecycle},
                                                    {"exponential", Rate::exponential}})},
        {"schedule_epochs", integer(h.schedule.epochs, 1, 1 << 20)},
        {"decay_rate", real(h.schedule.decay_rate, 0.0, 1.0)},
        {"decay_steps", integer(h.schedule.decay_steps, 1, 1 << 30)},
    });
}

// The one table of hyperparameters.
Table fields(Hyperparameters& h) {
    constexpr Index deepest = 64;
    Table table{
        {"model",
         choice<Model>(h.model,
                       {{"gnn", Model::gnn}, {"mlp", Model::mlp}, {"transformer", Model::transformer}})},
        {"encoding", choice<Encoding>(h.encoding, {{"raw", Encoding::raw}, {"logs", Encoding::logs}})},
        {"standardize", boolean(h.standardize)},
        {"encoding_hidden", integer(h.encoding_hidden, 1, widest)},
        {"id_layers", integer(h.id_layers, 1, deepest)},
        {"reg_layers", integer(h.reg_layers, 1, deepest)},
        {"stacking",
         choice<Stacking>(h.stacking, {{"additive", Stacking::additive}, {"concat", Stacking::concat}})},
        {"skip_connection", boolean(h.skip_connection)},
        {"attention_heads", integer(h.heads_of_attention, 1, 256)},
        {"random_features", integer(h.random_features, 1, widest)},
        {"encoder_layers", integer(h.encoder_layers, 1, deepest)},
        {"ffn_residual", boolean(h.ffn_residual)},
    };
    add_graph(table, h.graph);
    add_heads(table, h.heads);
    add_loss(table, h.loss);
    add_training(table, h);
    return table;
}

std::string listed(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

}  // namespace

TransformerShape transformer_of(const Hyperparameters& h) {
    return {
        .attention = {.width = h.graph.width, .heads = h.heads_of_attention, .features = h.random_features},
        .encoder_layers = h.encoder_layers,
        .id_layers = h.id_layers,
        .reg_layers = h.reg_layers,
        .ffn_residual = h.ffn_residual};
}

std::variant<Hyperparameters, contract::Infeasible, base::Error> hyperparameters_from(const json& params) {
    Hyperparameters hyper;
    if (const auto named = params.find("preset"); named != params.end()) {
        const auto found = preset(named->is_string() ? named->get<std::string>() : named->dump());
        if (!found)
            return base::Error("hyperparameter 'preset' is " + named->dump() +
                               ", but must be one of: " + listed(preset_names()));
        hyper = *found;
    }
    Table known = fields(hyper);
    std::string infeasible;
    for (const auto& [name, value] : params.items()) {
        if (name == "preset") continue;
        const auto field = known.find(name);
        if (field == known.end()) {
            std::vector<std::string> names = {"preset"};
            for (const auto& [other, unused] : known) names.push_back(other);
            return base::Error("unknown hyperparameter '" + name + "'; known are: " + listed(names));
        }
        const Problem problem = field->second.read(value);
        if (problem.kind == Problem::Kind::error)
            return base::Error("hyperparameter '" + name + "' " + problem.why);
        if (problem.kind == Problem::Kind::infeasible && infeasible.empty())
            infeasible = name + " " + problem.why;
    }
    if (!infeasible.empty()) return contract::Infeasible{infeasible};
    return hyper;
}

json to_json(const Hyperparameters& hyper) {
    Hyperparameters copy = hyper;
    json out = json::object();
    for (const auto& [name, field] : fields(copy)) out[name] = field.show();
    return out;
}

std::string to_text(const Hyperparameters& hyper) {
    std::string out;
    const json values = to_json(hyper);
    for (const auto& [name, value] : values.items())
        out += (out.empty() ? "" : " ") + name + "=" +
               (value.is_string() ? value.get<std::string>() : value.dump());
    return out;
}

base::Result<Hyperparameters> hyperparameters_from_text(const std::string& text) {
    Hyperparameters defaults;
    const Table known = fields(defaults);
    json params = json::object();
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || !known.contains(word.substr(0, equals))) break;
        const std::string value = word.substr(equals + 1);
        json parsed = json::parse(value, nullptr, false);
        params[word.substr(0, equals)] = parsed.is_discarded() ? json(value) : parsed;
    }
    const auto read = hyperparameters_from(params);
    if (const auto* error = std::get_if<base::Error>(&read)) return *error;
    if (const auto* infeasible = std::get_if<contract::Infeasible>(&read))
        return base::Error(infeasible->why);
    return std::get<Hyperparameters>(read);
}

}  // namespace quench::trainer::mlpf

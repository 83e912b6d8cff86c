#include "trainer/mlpf/hyperparameters.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

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

// Open below and closed above: a learning rate of 0 trains nothing.
Field real(double& place, double above, double high) {
    return {[&place, above, high](const json& value) -> Problem {
                if (!value.is_number())
                    return {Problem::Kind::error, "must be a number, not " + value.dump()};
                const auto number = value.get<double>();
                if (!(number > above && number <= high))
                    return {Problem::Kind::infeasible, "is " + value.dump() + ", but must be above " +
                                                           json(above).dump() + " and at most " +
                                                           json(high).dump()};
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

// The one table of hyperparameters.
std::map<std::string, Field> fields(Hyperparameters& h) {
    constexpr Index widest = 4096;
    GraphLayerShape& g = h.graph;
    return {
        {"model", choice<Model>(h.model, {{"gnn", Model::gnn}, {"mlp", Model::mlp}})},
        {"layers", integer(h.layers, 1, 64)},
        {"width", integer(g.width, 1, widest)},
        {"bin_size", integer(g.bin_size, 1, widest)},
        {"messages", integer(g.messages, 1, 16)},
        {"distance_dim", integer(g.distance_dim, 1, widest)},
        {"distance_hidden", integer(g.distance_hidden, 1, widest)},
        {"distance_layers", integer(g.distance_layers, 0, 16)},
        {"dist_mult", real(g.dist_mult, 0.0, 100.0)},
        {"clip_low", real(g.clip_low, -1e-300, 1.0)},
        {"normalize_degrees",
         choice<Degrees>(g.degrees, {{"true", Degrees::normalized}, {"false", Degrees::raw}})},
        {"encoding_hidden", integer(h.encoding_hidden, 1, widest)},
        {"head_hidden", integer(h.head_hidden, 1, widest)},
        {"head_layers", integer(h.head_layers, 0, 16)},
        {"batch_size", integer(h.batch_size, 1, 1 << 20)},
        {"optimizer",
         choice<nn::OptimizerOptions::Kind>(h.optimizer.kind, {{"adam", nn::OptimizerOptions::Kind::adam},
                                                               {"adamw", nn::OptimizerOptions::Kind::adamw},
                                                               {"sgd", nn::OptimizerOptions::Kind::sgd}})},
        {"lr", real(h.optimizer.lr, 0.0, 1e3)},
        {"momentum", real(h.optimizer.momentum, -1e-300, 1.0)},
        {"weight_decay", real(h.optimizer.weight_decay, -1e-300, 1e3)},
        {"clip_norm", real(h.optimizer.clip_norm, -1e-300, 1e6)},
        {"schedule", choice<nn::ScheduleOptions::Kind>(
                         h.schedule.kind, {{"constant", nn::ScheduleOptions::Kind::constant},
                                           {"cosine", nn::ScheduleOptions::Kind::cosine},
                                           {"onecycle", nn::ScheduleOptions::Kind::onecycle},
                                           {"exponential", nn::ScheduleOptions::Kind::exponential}})},
        {"schedule_epochs", integer(h.schedule.epochs, 1, 1 << 20)},
        {"decay_rate", real(h.schedule.decay_rate, 0.0, 1.0)},
        {"decay_steps", integer(h.schedule.decay_steps, 1, 1 << 30)},
    };
}

}  // namespace

std::variant<Hyperparameters, contract::Infeasible, base::Error> hyperparameters_from(const json& params) {
    Hyperparameters hyper;
    std::map<std::string, Field> known = fields(hyper);
    std::string infeasible;
    for (const auto& [name, value] : params.items()) {
        const auto field = known.find(name);
        if (field == known.end()) {
            std::string names;
            for (const auto& [other, unused] : known) names += (names.empty() ? "" : ", ") + other;
            return base::Error("unknown hyperparameter '" + name + "'; known are: " + names);
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

std::string to_text(const Hyperparameters& hyper) {
    Hyperparameters copy = hyper;
    std::string out;
    for (const auto& [name, field] : fields(copy)) {
        const json value = field.show();
        out += (out.empty() ? "" : " ") + name + "=" +
               (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return out;
}

}  // namespace quench::trainer::mlpf

// Stands in for search/space until its library is in the build.
#include "search/space/space.hpp"

#include <nlohmann/json.hpp>

namespace quench::search::space {

base::Result<Space> Space::make(std::vector<Parameter> parameters) {
    Space space;
    space.parameters_ = std::move(parameters);
    return space;
}

nlohmann::json to_json(const Value& value) {
    return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

nlohmann::json to_json(const Configuration& configuration) {
    auto object = nlohmann::json::object();
    for (const auto& [name, value] : configuration) object[name] = to_json(value);
    return object;
}

std::string to_text(const Value& value) {
    return to_json(value).dump();
}

base::Result<Configuration> configuration_from_json(const nlohmann::json& json) {
    if (!json.is_object()) return base::Error("not an object");
    Configuration configuration;
    for (const auto& [name, value] : json.items()) {
        if (value.is_boolean())
            configuration[name] = value.get<bool>();
        else if (value.is_number_integer())
            configuration[name] = value.get<std::int64_t>();
        else if (value.is_number())
            configuration[name] = value.get<double>();
        else if (value.is_string())
            configuration[name] = value.get<std::string>();
        else
            return base::Error("'" + name + "' is neither number, boolean nor text");
    }
    return configuration;
}

}  // namespace quench::search::space

#include "search/space/configuration.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::search::space {
namespace {

/// The shortest text that reads back as the same float, and that still looks like one.
std::string float_text(double value) {
    char buffer[32];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, written.ptr);
    if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

struct Text {
    std::string operator()(double value) const { return float_text(value); }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(const std::string& value) const { return value; }
};

base::Result<Value> value_from_json(const std::string& name, const nlohmann::json& json) {
    if (const auto* flag = json.get_ptr<const nlohmann::json::boolean_t*>()) return Value(*flag);
    if (const auto* text = json.get_ptr<const nlohmann::json::string_t*>()) return Value(*text);
    if (const auto* number = json.get_ptr<const nlohmann::json::number_float_t*>()) {
        if (std::isfinite(*number)) return Value(*number);
        return base::Error(
            fmt::format("{} is {} (a value must be finite) give a number", name, float_text(*number)));
    }
    if (const auto* count = json.get_ptr<const nlohmann::json::number_unsigned_t*>()) {
        if (*count <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return Value(static_cast<std::int64_t>(*count));
        return base::Error(
            fmt::format("{} is {} (integers have 64 bits with a sign) write it as a float", name, *count));
    }
    if (const auto* integer = json.get_ptr<const nlohmann::json::number_integer_t*>())
        return Value(std::int64_t{*integer});
    return base::Error(
        fmt::format("{} has the type {} (a value is a number, a boolean or a string) write one of these",
                    name, json.type_name()));
}

}  // namespace

std::string to_text(const Value& value) {
    return std::visit(Text{}, value);
}

nlohmann::json to_json(const Value& value) {
    return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

nlohmann::json to_json(const Configuration& configuration) {
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [name, value] : configuration) json[name] = to_json(value);
    return json;
}

base::Result<Configuration> configuration_from_json(const nlohmann::json& json) {
    if (!json.is_object())
        return base::Error(fmt::format(
            "the configuration has the type {} (it must map names to values) write an object, as {{\"lr\": "
            "0.001}}",
            json.type_name()));
    Configuration configuration;
    for (auto item = json.begin(); item != json.end(); ++item) {
        auto value = value_from_json(item.key(), item.value());
        if (!value) return value.error();
        configuration.emplace(item.key(), *value);
    }
    return configuration;
}

}  // namespace quench::search::space

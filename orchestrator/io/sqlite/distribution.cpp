#include "orchestrator/io/sqlite/distribution.hpp"

#include <cstddef>
#include <variant>

#include <nlohmann/json.hpp>

namespace quench::orchestrator::io::sqlite {

namespace {

using nlohmann::json;
namespace space = search::space;

std::string text_of(const json& value) {
    return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string scale_of(space::Scale scale) {
    return scale == space::Scale::log ? "true" : "false";
}

/// Attributes stand in the order of Optuna's own.
struct Attributes {
    std::string operator()(const space::FloatDomain& domain) const {
        const std::string step = domain.step ? text_of(*domain.step) : "null";
        return R"({"name": "FloatDistribution", "attributes": {"step": )" + step + R"(, "low": )" +
               text_of(domain.low) + R"(, "high": )" + text_of(domain.high) + R"(, "log": )" +
               scale_of(domain.scale) + "}}";
    }
    std::string operator()(const space::IntDomain& domain) const {
        return R"({"name": "IntDistribution", "attributes": {"log": )" + scale_of(domain.scale) +
               R"(, "step": )" + text_of(domain.step) + R"(, "low": )" + text_of(domain.low) +
               R"(, "high": )" + text_of(domain.high) + "}}";
    }
    std::string operator()(const space::CategoricalDomain& domain) const {
        std::string choices;
        for (const auto& choice : domain.choices)
            choices += (choices.empty() ? "" : ", ") + text_of(space::to_json(choice));
        return R"({"name": "CategoricalDistribution", "attributes": {"choices": [)" + choices + "]}}";
    }
};

}  // namespace

std::string distribution_json(const space::Domain& domain) {
    return std::visit(Attributes{}, domain);
}

std::optional<double> internal_value(const space::Value& value, const std::string& distribution) {
    const json parsed = json::parse(distribution, nullptr, false);
    if (!parsed.is_object()) return std::nullopt;
    const auto choices = parsed.value(json::json_pointer("/attributes/choices"), json());
    if (choices.is_array()) {
        // Compared as text, because 1, 1.0 and true are three choices but 1 == 1.0 as numbers.
        const std::string wanted = text_of(space::to_json(value));
        for (std::size_t i = 0; i < choices.size(); ++i)
            if (text_of(choices[i]) == wanted) return static_cast<double>(i);
        return std::nullopt;
    }
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    return std::nullopt;
}

}  // namespace quench::orchestrator::io::sqlite

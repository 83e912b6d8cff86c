// Stands in for orchestrator/study until its library is in the build: reads the JSON subset of study files
// that the tests here write (JSON is YAML, so that the real reader takes the same texts).
#include "orchestrator/study/study_file.hpp"

#include <nlohmann/json.hpp>

namespace quench::orchestrator::study {

namespace {

using nlohmann::json;
namespace space = search::space;

space::Value value_of(const json& from) {
    if (from.is_boolean()) return from.get<bool>();
    if (from.is_number_integer()) return from.get<std::int64_t>();
    if (from.is_number()) return from.get<double>();
    return from.get<std::string>();
}

space::Parameter parameter_of(const std::string& name, const json& from) {
    space::Parameter parameter{name, {}, {}};
    const auto scale = from.value("log", false) ? space::Scale::log : space::Scale::linear;
    if (from.at("type") == "float") {
        space::FloatDomain domain{from.at("low"), from.at("high"), scale, {}};
        if (from.contains("step")) domain.step = from.at("step").get<double>();
        parameter.domain = domain;
    } else if (from.at("type") == "int") {
        parameter.domain =
            space::IntDomain{from.at("low"), from.at("high"), scale, from.value("step", std::int64_t{1})};
    } else {
        space::CategoricalDomain domain;
        for (const auto& choice : from.at("choices")) domain.choices.push_back(value_of(choice));
        parameter.domain = domain;
    }
    if (from.contains("when"))
        for (const auto& [other, value] : from.at("when").items())
            parameter.when.push_back({other, {value_of(value)}});
    return parameter;
}

}  // namespace

base::Result<core::Study> study_from_text(const std::string& text) try {
    const json from = json::parse(text);
    core::Study study;
    study.name = from.at("study");
    study.objective.metric = from.at("objective").at("metric");
    if (from.at("objective").value("direction", "minimize") == "maximize")
        study.objective.direction = core::Direction::maximize;
    std::vector<space::Parameter> parameters;
    for (const auto& [name, domain] : from.at("space").items())
        parameters.push_back(parameter_of(name, domain));
    auto made = space::Space::make(std::move(parameters));
    if (!made) return made.error();
    study.space = std::move(made).value();
    study.fidelity.unit = "epoch";
    study.trial.command = from.at("trial").at("command").get<std::vector<std::string>>();
    return study;
} catch (const json::exception& failure) {
    return base::Error(failure.what());
}

}  // namespace quench::orchestrator::study

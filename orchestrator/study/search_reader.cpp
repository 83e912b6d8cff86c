#include "orchestrator/study/search_reader.hpp"

#include "orchestrator/study/scalar.hpp"
#include "search/catalogue.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

using search::space::Configuration;

constexpr std::size_t most_enqueued = 10'000;

const std::vector<Key>& search_keys() {
    static const std::vector<Key> keys = {{"sampler", {"algorithm"}},
                                          {"seed", {}},
                                          {"grid_points", {}},
                                          {"startup_trials", {"n_startup_trials"}},
                                          {"cost", {}},
                                          {"enqueue", {"points_to_evaluate"}},
                                          {"warm_start", {}}};
    return keys;
}

const std::vector<Key>& warm_start_keys() {
    static const std::vector<Key> keys = {{"study", {}}, {"db", {}}};
    return keys;
}

/// A whole number is a value of a float, as in 0 for 0.0.
search::space::Value fitted(const search::space::Space& space, const std::string& name,
                            search::space::Value value) {
    const auto parameter = std::find_if(space.parameters().begin(), space.parameters().end(),
                                        [&](const auto& one) { return one.name == name; });
    const auto* whole = std::get_if<std::int64_t>(&value);
    const bool real = parameter != space.parameters().end() &&
                      std::holds_alternative<search::space::FloatDomain>(parameter->domain);
    return whole && real ? search::space::Value(static_cast<double>(*whole)) : std::move(value);
}

std::optional<Configuration> read_configuration(Report& report, const Field& at,
                                                const search::space::Space& space) {
    if (at.value->kind != Node::Kind::map || at.value->entries.size() > 2 * space.dimensions()) {
        report.add(at.line, {fmt::format("{} is {}", at.path, described(*at.value)),
                             "a map of parameters to values is needed", "write {lr: 0.001, layers: 3}"});
        return std::nullopt;
    }
    Configuration configuration;
    for (const Entry& entry : at.value->entries) {
        const std::string name = entry.key->kind == Node::Kind::scalar ? entry.key->text : "";
        auto value = typed(*entry.value);
        if (!value) {
            report.add(entry.key->line, fmt::format("{}.{}: {}", at.path, name, value.error().text()));
            return std::nullopt;
        }
        if (!configuration.emplace(name, fitted(space, name, *std::move(value))).second) {
            report.add(entry.key->line, {fmt::format("{}: {} is given twice", at.path, quoted(name)),
                                         "a parameter has one value", "remove one of them"});
            return std::nullopt;
        }
    }
    configuration = space.with_fixed(std::move(configuration));
    if (const auto fits = space.check(configuration); !fits) {
        report.add(at.line, at.path + ": " + fits.error().text());
        return std::nullopt;
    }
    return configuration;
}

void read_enqueue(Report& report, const Field& field, core::Study& study) {
    if (field.value->kind != Node::Kind::list || field.value->items.size() > most_enqueued) {
        report.add(field.line, {field.value->kind == Node::Kind::list
                                    ? fmt::format("{} has {} entries", field.path, field.value->items.size())
                                    : fmt::format("{} is {}", field.path, described(*field.value)),
                                fmt::format("a list of at most {} configurations is needed", most_enqueued),
                                "write enqueue: [{lr: 0.001, layers: 3}]"});
        return;
    }
    auto& enqueued = study.sampler.enqueue;
    for (std::size_t i = 0; i < field.value->items.size(); ++i) {
        const Node* item = field.value->items[i];
        const Field at{fmt::format("{}[{}]", field.path, i + 1), item, item->line};
        auto configuration = read_configuration(report, at, study.space);
        if (!configuration) continue;
        if (std::find(enqueued.begin(), enqueued.end(), *configuration) != enqueued.end())
            report.add(at.line, {fmt::format("{} is there before", at.path),
                                 "no configuration is tried twice", "remove one of them"});
        else
            enqueued.push_back(*std::move(configuration));
    }
}

void read_warm_start(Report& report, const Field& field, core::Study& study) {
    if (field.value->kind == Node::Kind::scalar) {
        if (const auto name = read_name(report, field)) study.warm_start = core::WarmStart{*name, ""};
        return;
    }
    if (field.value->kind != Node::Kind::map) {
        report.add(field.line,
                   {fmt::format("{} is {}", field.path, described(*field.value)),
                    "the name of a study is needed", "write warm_start: STUDY, or {study: STUDY, db: FILE}"});
        return;
    }
    const Section section(report, field, warm_start_keys());
    const Field* study_field = section.require("study", "it says whose trials are meant", "add study: NAME");
    const Field* db = section.find("db");
    const auto name = study_field ? read_name(report, *study_field) : std::nullopt;
    const auto file = db ? read_word(report, *db) : std::optional<std::string>("");
    if (name && file) study.warm_start = core::WarmStart{*name, *file};
}

}  // namespace

void read_search(Report& report, const Field& at, bool space_is_sound, core::Study& study) {
    const Section section(report, at, search_keys());
    if (const Field* field = section.find("sampler"))
        if (const auto name = read_choice(report, *field, search::sampler_names()))
            study.sampler.name = *name;
    if (const Field* field = section.find("seed"))
        if (const auto seed = read_seed(report, *field)) study.sampler.seed = *seed;
    if (const Field* field = section.find("grid_points"))
        if (const auto points = read_integer(report, *field, {1, 1'000'000}))
            study.sampler.grid_points = static_cast<std::uint64_t>(*points);
    if (const Field* field = section.find("startup_trials"))
        if (const auto trials = read_integer(report, *field, {2, 1'000'000}))
            study.sampler.startup_trials = static_cast<std::uint64_t>(*trials);
    if (const Field* field = section.find("cost"))
        study.sampler.cost_aware =
            read_choice(report, *field, std::vector<std::string>{"seconds"}).has_value();
    if (const Field* field = section.find("enqueue"); field && space_is_sound)
        read_enqueue(report, *field, study);
    if (const Field* field = section.find("warm_start")) read_warm_start(report, *field, study);
}

}  // namespace quench::orchestrator::study

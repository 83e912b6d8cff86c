#include "trainer/cli/events/verbs.hpp"
#include "trainer/data/event_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace quench::trainer::cli {
namespace {

using base::Result;
using Json = nlohmann::ordered_json;

constexpr const char* classes[event::categories] = {"none",   "charged_hadron", "neutral_hadron",
                                                    "photon", "electron",       "muon"};

struct Totals {
    std::size_t least_rows = 0, most_rows = 0;
    std::array<std::size_t, 3> types{};
    std::array<std::size_t, event::categories> targets{}, candidates{};

    void add(const event::Event& event, bool first) {
        least_rows = first ? event.rows : std::min(least_rows, event.rows);
        most_rows = std::max(most_rows, event.rows);
        const std::size_t columns = event::feature_columns(event.detector);
        const auto number = [](float x) { return static_cast<std::size_t>(x); };  // checked on reading
        for (std::size_t row = 0; row < event.rows; ++row) {
            ++types[number(event.elements[row * columns])];
            ++targets[number(event.targets[row * event::target_columns])];
            if (!event.candidates.empty())
                ++candidates[number(event.candidates[row * event::target_columns])];
        }
    }
};

Json by_class(const std::array<std::size_t, event::categories>& counts) {
    Json out = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) out[classes[i]] = counts[i];
    return out;
}

Json to_json(const std::string& path, const data::EventFile& file, const Totals& totals) {
    const bool delphes = file.detector() == event::Detector::delphes;
    const double events = static_cast<double>(std::max<std::size_t>(file.size(), 1));
    Json out = {{"file", path},
                {"detector", delphes ? "delphes" : "clic"},
                {"source", file.info().source},
                {"seed", file.info().seed},
                {"events", file.size()},
                {"elements",
                 {{"all", file.rows()},
                  {"mean", static_cast<double>(file.rows()) / events},
                  {"least", totals.least_rows},
                  {"most", totals.most_rows},
                  {delphes ? "towers" : "tracks", totals.types[1]},
                  {delphes ? "tracks" : "clusters", totals.types[2]}}},
                {"targets", by_class(totals.targets)},
                {"candidates", nullptr},
                {"jets", file.jets()}};
    if (file.has_candidates()) out["candidates"] = by_class(totals.candidates);
    return out;
}

void print_table(const Json& json, std::size_t events) {
    const auto text = [](const Json& value) {
        return value.is_string()         ? value.get<std::string>()
               : value.is_number_float() ? fmt::format("{:.1f}", value.get<double>())
                                         : value.dump();
    };
    for (const char* key : {"file", "detector", "source", "seed", "events"})
        fmt::print("{:<12}{}\n", key, text(json[key]));
    fmt::print("{:<12}", "elements");
    for (const auto& [key, value] : json["elements"].items())
        fmt::print("{}{} {}", key == "all" ? "" : ", ", key, text(value));
    fmt::print("\n{:<12}{}\n\n{:<16}{:>12}{:>14}{:>12}\n", "jets", text(json["jets"]), "class", "targets",
               "an event", "candidates");
    for (const char* name : classes) {
        const double targets = json["targets"][name].get<double>();
        fmt::print("{:<16}{:>12}{:>14.2f}{:>12}\n", name, targets,
                   targets / static_cast<double>(std::max<std::size_t>(events, 1)),
                   json["candidates"].is_null() ? "-" : json["candidates"][name].dump());
    }
}

}  // namespace

Result<> info(const std::string& path, Output output) {
    const auto file = data::EventFile::open(path);
    if (!file) return file.error();
    Totals totals;
    for (std::size_t i = 0; i < (*file)->size(); ++i) {
        const auto event = (*file)->read(i);
        if (!event) return event.error();
        totals.add(*event, i == 0);
    }
    const Json json = to_json(path, **file, totals);
    if (output == Output::json)
        fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
    else
        print_table(json, (*file)->size());
    return base::success();
}

}  // namespace quench::trainer::cli

// quench verify [STUDY]
#include "orchestrator/core/verify.hpp"

#include "orchestrator/cli/build_info.hpp"
#include "orchestrator/cli/journal.hpp"
#include "orchestrator/cli/output.hpp"
#include "orchestrator/cli/text.hpp"
#include "orchestrator/cli/verbs.hpp"

#include <algorithm>
#include <ostream>
#include <span>
#include <variant>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

std::vector<std::string> wanted_studies(const store::Store& store, const std::string& wanted) {
    if (!wanted.empty()) return {choose_study(store, wanted)};
    auto names = store.studies();
    if (!names) throw Refusal(ExitCode::storage, names.error().text());
    return std::move(names).value();
}

/// What coordinators said of themselves, each once.
Json builds_of(std::span<const core::StampedFact> facts) {
    Json builds = Json::array();
    for (const core::StampedFact& stamped : facts) {
        const auto* started = std::get_if<core::CoordinatorStarted>(&stamped.fact);
        if (started && std::ranges::find(builds, Json(started->build)) == builds.end())
            builds.push_back(started->build);
    }
    return builds;
}

/// A journal that cannot even be read is a finding too, and the other studies are still looked at.
Json check_study(const store::Store& store, const std::string& name) {
    const auto facts = store.load(name);
    Json findings = Json::array();
    if (!facts)
        findings.push_back(facts.error().text());
    else
        for (const std::string& contradiction : core::verify(*facts)) findings.push_back(contradiction);
    return {{"study", name},
            {"facts", facts ? facts->size() : 0},
            {"builds", facts ? builds_of(*facts) : Json::array()},
            {"contradictions", findings}};
}

void print_text(std::ostream& out, const Json& report) {
    for (const Json& finding : report["database"]) out << "database: " << cell_text(finding) << "\n";
    for (const Json& study : report["studies"]) {
        const Json& findings = study["contradictions"];
        out << fmt::format(
            "{}: {} facts, {}\n", cell_text(study["study"]), cell_text(study["facts"]),
            findings.empty() ? "every decision follows" : fmt::format("{} contradictions", findings.size()));
        for (const Json& finding : findings) out << "  " << cell_text(finding) << "\n";
        if (findings.empty()) continue;
        for (const Json& build : study["builds"])
            if (build != build_info())
                out << fmt::format("  (decided by {}; this is {}, whose rules may be others)\n",
                                   cell_text(build), build_info());
    }
}

ExitCode print_verification(const World& world, const Common& common, const std::string& wanted) {
    Json report = {{"ok", true}, {"database", Json::array()}, {"studies", Json::array()}};
    for (const std::string& finding : world.check_database(common.db)) report["database"].push_back(finding);
    const auto store = world.open_to_read(common.db);
    bool sound = report["database"].empty();
    for (const std::string& name : wanted_studies(*store, wanted)) {
        report["studies"].push_back(check_study(*store, name));
        sound = sound && report["studies"].back()["contradictions"].empty();
    }
    report["ok"] = sound;
    switch (common.output) {
        case Output::json:
            print_json(world.out, report);
            break;
        case Output::csv:
            print_flat_csv(world.out, report);
            break;
        case Output::table:
            print_text(world.out, report);
            break;
    }
    return sound ? ExitCode::ok : ExitCode::error;
}

}  // namespace

Action declare_verify(CLI::App& app, const World& world, const Common& common) {
    // Shared: CLI11 writes into it after this function has returned, the action reads it.
    const auto study = std::make_shared<std::string>();
    app.add_option("STUDY", *study, "Its name; all studies of the database when left out");
    return [&world, &common, study] { return print_verification(world, common, *study); };
}

}  // namespace quench::orchestrator::cli

// quench pause [STUDY], quench cancel [STUDY].
#include "orchestrator/cli/control.hpp"
#include "orchestrator/cli/verbs.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
namespace {

Action declare_control(CLI::App& app, const World& world, const Common& common, const char* verb) {
    const auto study = std::make_shared<std::string>();
    app.add_option("study", *study, "Name of the study (default: the only one)");
    return [study, verb, &world, &common] { return control(world, common, verb, *study); };
}

}  // namespace

Action declare_pause(CLI::App& app, const World& world, const Common& common) {
    return declare_control(app, world, common, "pause");
}

Action declare_cancel(CLI::App& app, const World& world, const Common& common) {
    return declare_control(app, world, common, "cancel");
}

}  // namespace quench::orchestrator::cli

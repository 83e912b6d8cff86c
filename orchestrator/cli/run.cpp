// quench run FILE, quench serve FILE, quench resume [STUDY]: three ways to be a coordinator.
#include "orchestrator/cli/coordinate.hpp"
#include "orchestrator/cli/verbs.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace quench::orchestrator::cli {
namespace {

Action declare_new(CLI::App& app, const World& world, const Common& common,
                   void (*declare_setup)(CLI::App&, Setup&)) {
    struct Arguments {
        std::string file;
        Setup setup;
    };
    const auto arguments = std::make_shared<Arguments>();  // shared by CLI11's references and the action
    app.add_option("file", arguments->file, "Study file (YAML)")->required();
    declare_setup(app, arguments->setup);
    return [arguments, &world, &common] {
        const auto created = study_to_create(world, common, arguments->setup, arguments->file);
        return coordinate_new(world, common, arguments->setup, created);
    };
}

}  // namespace

Action declare_run(CLI::App& app, const World& world, const Common& common) {
    return declare_new(app, world, common, declare_local);
}

Action declare_serve(CLI::App& app, const World& world, const Common& common) {
    return declare_new(app, world, common, declare_remote);
}

Action declare_resume(CLI::App& app, const World& world, const Common& common) {
    struct Arguments {
        std::string study;
        Setup local;
        Setup remote;
        bool serve = false;
    };
    const auto arguments = std::make_shared<Arguments>();
    app.add_option("study", arguments->study, "Name of the study (default: the only unfinished one)");
    declare_local(app, arguments->local);
    declare_remote(app, arguments->remote);
    app.add_flag("--serve", arguments->serve,
                 "Wait for workers instead of starting them, as 'quench serve' does");
    return [arguments, &world, &common] {
        return coordinate_again(world, common, arguments->serve ? arguments->remote : arguments->local,
                                arguments->study);
    };
}

}  // namespace quench::orchestrator::cli

// quench worker --access FILE: trains trials for a coordinator.
#include "orchestrator/cli/build_info.hpp"
#include "orchestrator/cli/control.hpp"
#include "orchestrator/cli/program.hpp"
#include "orchestrator/cli/verbs.hpp"
#include "worker/io/worker_main.hpp"

#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace quench::orchestrator::cli {
namespace {

enum class Place { front, back };

/// Adds a folder to a list of folders in the environment.
void add_folder(const char* variable, const std::string& folder, Place place) {
    const char* value = std::getenv(variable);
    const std::string rest = value == nullptr ? "" : value;
    const std::string list = rest.empty()            ? folder
                             : place == Place::front ? folder + ":" + rest
                                                     : rest + ":" + folder;
    setenv(variable, list.c_str(), 1);
}

}  // namespace

Action declare_worker(CLI::App& app, const World&, const Common& common) {
    const auto options = std::make_shared<worker::io::WorkerOptions>();
    const auto access = std::make_shared<std::string>();
    app.add_option("--access", *access,
                   "Access file of the coordinator (default: the database with .access)");
    app.add_option("--slots", options->slots,
                   "Ranks that it can run at a time (default: the cores of this machine)")
        ->check(CLI::Range(1, 65536));
    app.add_option("--name", options->name, "Its name in the study (default: host and process number)");
    const auto follow = std::make_shared<bool>(false);
    app.add_flag("--parent-death", *follow, "End when the process that started it ends");
    return [options, access, follow, &common] {
        options->access = access->empty() ? common.db + ".access" : *access;
        if (*follow) options->parent = getppid();
        options->build = build_info();
        options->program = this_program();
        // Trial programs that come with Quench lie beside it, and so does quench_trial.py for programs of
        // others.
        add_folder("PATH", program_folder(), Place::front);
        add_folder("PYTHONPATH", program_folder(), Place::back);
        return static_cast<ExitCode>(worker::io::run_worker(*options));
    };
}

}  // namespace quench::orchestrator::cli

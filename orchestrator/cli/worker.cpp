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
        options->program = "/proc/self/exe";
        // Trial programs that come with Quench lie beside it.
        const char* path = std::getenv("PATH");
        setenv("PATH", (program_folder() + (path == nullptr ? "" : ":" + std::string(path))).c_str(), 1);
        return static_cast<ExitCode>(worker::io::run_worker(*options));
    };
}

}  // namespace quench::orchestrator::cli

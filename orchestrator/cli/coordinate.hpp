// Opens the doors of a coordinator, lets it run and says how it ended: what run, serve and resume share.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/core/fact.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace quench::orchestrator::cli {

/// Where the workers come from.
enum class Workers {
    local,  ///< child processes of this one (run)
    remote  ///< whoever has the access file (serve)
};

struct Setup {
    Workers workers = Workers::local;
    int count = 1;            ///< of local workers
    int slots = 0;            ///< of each; 0: the cores of this machine shared out
    std::string bind;         ///< "": as before, or a port of the system's choice on 127.0.0.1
    std::string access_file;  ///< "": the database's name with .access
};

/// Declares --workers and --slots, or --bind and --access.
void declare_local(CLI::App& app, Setup& setup);
void declare_remote(CLI::App& app, Setup& setup);

/// The slots of each local worker.
int slots_of(const Setup& setup);

/// A checked study file as the first fact. Throws Refusal with every error of the file, each with its line;
/// nothing is written.
core::StudyCreated study_to_create(const World& world, const Common& common, const Setup& setup,
                                   const std::string& file);

/// Runs a new study (`created`) or an existing one (`wanted`, "" for the only unfinished one) to its end.
/// Throws Refusal.
ExitCode coordinate_new(const World& world, const Common& common, const Setup& setup,
                        const core::StudyCreated& created);
ExitCode coordinate_again(const World& world, const Common& common, const Setup& setup,
                          const std::string& wanted);

}  // namespace quench::orchestrator::cli

// A verb of the command line: "quench status". One file each; verbs.cpp has the table.
#pragma once

#include "base/time.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/store/store.hpp"

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace quench::orchestrator::cli {

enum class Output { table, json, csv };

/// Options that every verb has.
struct Common {
    std::string db = "quench.db";
    Output output = Output::table;
};

/// What verbs need of the world; tests hand in their own. Outlives every verb.
struct World {
    std::ostream& out;  ///< data
    std::ostream& err;  ///< everything else
    /// Throws Refusal.
    std::function<std::unique_ptr<store::Store>(const std::string& path)> open_to_read;
    /// What is wrong with the file itself; empty is good. Throws Refusal when it cannot be looked at.
    std::function<std::vector<std::string>(const std::string& path)> check_database;
    std::function<base::TimePoint()> now;
};

/// What a verb does once the arguments are read. Throws Refusal.
using Action = std::function<ExitCode()>;

struct Verb {
    const char* name;
    const char* summary;
    /// Declares arguments on the verb's own sub-command. `world` and `common` outlive the action; `common`
    /// is filled when the action runs.
    Action (*declare)(CLI::App& app, const World& world, const Common& common);
};

}  // namespace quench::orchestrator::cli

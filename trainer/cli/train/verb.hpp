// A verb of mlpf-train: "mlpf-train predict". One file each; verbs.cpp has the table.
#pragma once

#include "trainer/mpi/session.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace quench::trainer::cli {

/// What a verb does once the arguments are read; every rank does it. Throws Refused, on all ranks, for what
/// a user has to mend.
using Action = std::function<void(const mpi::Session& ranks)>;

struct Verb {
    const char* name;
    const char* summary;
    /// Declares arguments on the verb's own sub-command.
    Action (*declare)(CLI::App& app);
};

}  // namespace quench::trainer::cli

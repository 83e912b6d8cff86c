// The worker as a program.
#pragma once

#include "worker/io/channel.hpp"
#include "worker/io/log_file.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace quench::worker::io {

struct WorkerOptions {
    std::filesystem::path access;   ///< the access file of the coordinator
    std::filesystem::path program;  ///< has the verb `shepherd` (shepherd.hpp); this program if empty
    std::string name;               ///< HOST-PID if empty
    int slots = 0;                  ///< the cores that this process may use if 0
    std::string build;
    /// A worker that `quench run` has started goes when that process dies.
    std::optional<pid_t> parent;
    std::string log_level = "info";  ///< of what goes to stderr
    std::optional<base::Duration> lost_coordinator_after;
    LogLimits log;
    ChannelOptions channel;
};

/// Runs until the coordinator dismisses or refuses it, or SIGTERM or SIGINT comes; returns the exit status.
/// It owns the process: signals, children, and the thread it is called on, which must be the main one.
int run_worker(const WorkerOptions& options);

}  // namespace quench::worker::io

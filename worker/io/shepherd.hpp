// The process between a worker and one attempt.
//
//   worker ──▶ shepherd ──▶ mpirun ──▶ rank 0, rank 1, ...
//
// It holds the trial's lock, starts the command, and sees to it that nothing of the attempt outlives the main
// process, the worker, or the shepherd's own orders: as a subreaper it is handed every orphan below it,
// whatever session or process group the orphan has fled to.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace quench::worker::io {

struct ShepherdOptions {
    int control = -1;     ///< the socket to the worker
    std::string workdir;  ///< of the command
    std::string lock;     ///< a file; while an older copy of the trial lives, it is locked
    std::chrono::milliseconds grace{10'000};  ///< between SIGTERM and SIGKILL when the worker dies
    std::string copy_from;  ///< a checkpoint folder, copied to `copy_to` before the start; may be empty
    std::string copy_to;
    std::string temporary;  ///< a folder to remove at the end; may be empty
    /// SIGTERM goes to what the main process started, not to itself: mpirun, told to go, gives its ranks one
    /// second whatever the grace is, but ends by itself when they do.
    bool spare_main = false;
    std::vector<std::string> command;
};

/// What `shepherd_main` reads back.
std::vector<std::string> to_arguments(const ShepherdOptions& options);

/// The hidden verb: `PROGRAM shepherd --control FD ... -- COMMAND ...`. Working directory and environment are
/// the attempt's. Returns the exit status.
int shepherd_main(int argc, char** argv);

}  // namespace quench::worker::io

// The workers that `quench run` starts beside itself: child processes on the same real sockets.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace quench::orchestrator::io {

struct LocalWorkersOptions {
    std::filesystem::path program;  ///< the quench binary
    std::filesystem::path access_file;
    int count = 1;
    int slots = 1;                     ///< of each
    std::filesystem::path log_folder;  ///< worker local-0 logs to local-0.log there
    /// A worker that dies is started again, but no oftener than this: one that cannot live must not spin.
    base::Duration restart_pause = std::chrono::seconds(1);
    int restarts = 1000;  ///< of each, in all
};

/// Each dies with this process (PDEATHSIG) and is started again when it dies before.
class LocalWorkers {
  public:
    explicit LocalWorkers(LocalWorkersOptions options);
    /// Ends what is left: SIGTERM, then SIGKILL after `patience`.
    ~LocalWorkers();
    LocalWorkers(const LocalWorkers&) = delete;
    LocalWorkers& operator=(const LocalWorkers&) = delete;

    base::Result<> start(base::TimePoint now);

    /// To be called on SIGCHLD and on ticks: reaps, and starts again unless `ending`. Lines for the log.
    std::vector<std::string> look_after(base::TimePoint now, bool ending);

    [[nodiscard]] bool all_gone() const;

  private:
    struct Slot {
        pid_t pid = 0;  ///< 0: not running
        base::TimePoint started;
        int starts = 0;
        bool given_up = false;
    };
    base::Result<pid_t> spawn(int index);

    LocalWorkersOptions options_;
    std::vector<Slot> slots_;
};

}  // namespace quench::orchestrator::io

#include "predictor/anneal/io/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quench::predictor::anneal {
namespace {

using base::Error;

class SpawnSettings {
  public:
    explicit SpawnSettings(const std::filesystem::path& log) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0600);
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes_, 0);  // a group of its own, to be killed as a whole
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

base::Result<> outcome(int status, const std::string& program) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return base::success();
    if (WIFSIGNALED(status))
        return Error("the command '" + program + "' was killed (by signal " +
                     std::to_string(WTERMSIG(status)) + ") see what it wrote");
    return Error("the command '" + program + "' failed (exit status " + std::to_string(WEXITSTATUS(status)) +
                 ") see what it wrote");
}

}  // namespace

base::Result<> run(const ChildProcess& child) {
    const std::string& program = child.command.front();
    std::vector<char*> arguments;
    for (const std::string& argument : child.command)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const SpawnSettings settings(child.log);
    pid_t pid = 0;
    const int failure = posix_spawnp(&pid, program.c_str(), settings.actions(), settings.attributes(),
                                     arguments.data(), environ);
    if (failure != 0)
        return Error("the command '" + program + "' cannot be started (" + std::strerror(failure) +
                     ") check its name and that it is executable");
    const auto deadline = std::chrono::steady_clock::now() + child.timeout;
    auto pause = std::chrono::microseconds(200);
    for (;;) {
        siginfo_t ended{};
        // Not reaped yet: while the leader is a zombie its group's number cannot be somebody else's.
        const int waited = waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
        const bool gone = waited != 0 && errno != EINTR;
        const bool late = std::chrono::steady_clock::now() >= deadline;
        const bool interrupted = child.interrupt.stop_requested();
        if (gone || ended.si_pid == pid || late || interrupted) {
            const bool by_itself = gone || ended.si_pid == pid;
            if (!gone) kill(-pid, SIGKILL);  // one that somebody else reaped has no number any more
            int status = 0;
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
            }
            if (by_itself) return outcome(status, program);
            if (interrupted)
                return Error("the command '" + program +
                             "' was interrupted (its caller stopped) run it again");
            return Error("the command '" + program + "' took too long (more than " +
                         std::to_string(child.timeout.count()) + " ms) give it more time or fewer reads");
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, std::chrono::microseconds(20'000));
    }
}

}  // namespace quench::predictor::anneal

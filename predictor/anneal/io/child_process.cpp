#include "predictor/anneal/io/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stop_token>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
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
        // The caller may have blocked signals that it takes through a descriptor.
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
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
                     std::to_string(WTERMSIG(status)) + ") run it by itself");
    return Error("the command '" + program + "' failed (exit status " + std::to_string(WEXITSTATUS(status)) +
                 ") run it by itself");
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

enum class Ended { by_itself, late, interrupted };

/// Waits until the process has ended, the time is up or the caller interrupts; reaps nothing.
Ended wait(pid_t pid, const ChildProcess& child) {
    const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    const Descriptor interruption(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::stop_callback wake(child.interrupt, [&] { eventfd_write(interruption.get(), 1); });
    const auto deadline = std::chrono::steady_clock::now() + child.timeout;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return Ended::late;
        constexpr std::int64_t longest_ms = 3'600'000;  // of one wait: poll counts in int
        pollfd ready[] = {{process.get(), POLLIN, 0}, {interruption.get(), POLLIN, 0}};
        const int events = poll(ready, 2, static_cast<int>(std::min<std::int64_t>(left.count(), longest_ms)));
        if (events < 0 && errno != EINTR) return Ended::late;
        if (events <= 0) continue;
        if (ready[1].revents != 0) return Ended::interrupted;
        if (ready[0].revents != 0) return Ended::by_itself;
    }
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
    const auto ended = wait(pid, child);
    // The group is killed before its leader is reaped: until then the number is nobody else's.
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0) kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    switch (ended) {
        case Ended::by_itself:
            return outcome(status, program);
        case Ended::interrupted:
            return Error("the command '" + program + "' was interrupted (its caller stopped) run it again");
        case Ended::late:
            break;
    }
    return Error("the command '" + program + "' took too long (more than " +
                 std::to_string(child.timeout.count()) + " ms) give it more time or fewer reads");
}

}  // namespace quench::predictor::anneal

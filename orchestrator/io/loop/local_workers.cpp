#include "orchestrator/io/loop/local_workers.hpp"

#include "orchestrator/io/loop/signals.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace quench::orchestrator::io {
namespace bp = boost::process;

LocalWorkers::LocalWorkers(LocalWorkersOptions options)
    : options_(std::move(options)), slots_(static_cast<std::size_t>(options_.count)) {}

LocalWorkers::~LocalWorkers() {
    for (const Slot& slot : slots_) {
        if (slot.pid != 0) kill(slot.pid, SIGTERM);
    }
    // Local workers give their trials the study's grace; whoever destroys us before that is in a hurry.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(3);
    while (!all_gone() && std::chrono::steady_clock::now() < until) {
        look_after({}, true);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    for (Slot& slot : slots_) {
        if (slot.pid == 0) continue;
        kill(slot.pid, SIGKILL);
        waitpid(slot.pid, nullptr, 0);
    }
}

base::Result<pid_t> LocalWorkers::spawn(int index) {
    const pid_t parent = getpid();
    const auto in_child = bp::extend::on_exec_setup([parent](auto&) {
        unblock_signals();
        // Its own group: a Ctrl-C on the terminal is ours to pass on in order, not theirs to race with.
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(127);
    });
    const std::string name = fmt::format("local-{}", index);
    // Appended to, so that the log of a worker that was killed stays.
    std::unique_ptr<FILE, int (*)(FILE*)> log(
        std::fopen((options_.log_folder / (name + ".log")).c_str(), "ae"), std::fclose);
    if (!log)
        return base::Error(fmt::format("cannot write the log of {} in {} ({})", name,
                                       options_.log_folder.string(), std::strerror(errno)));
    std::error_code failure;
    bp::child child(options_.program.string(),
                    bp::args({"worker", "--access", options_.access_file.string(), "--name",
                              fmt::format("local-{}", index), "--slots", std::to_string(options_.slots),
                              "--parent-death"}),
                    bp::std_in<bp::null, (bp::std_out & bp::std_err)> log.get(), in_child, failure);
    if (failure)
        return base::Error(
            fmt::format("cannot start a worker ({}: {})", options_.program.string(), failure.message()));
    const pid_t pid = child.id();
    child.detach();  // look_after reaps it
    return pid;
}

base::Result<> LocalWorkers::start(base::TimePoint now) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto pid = spawn(static_cast<int>(i));
        if (!pid) return pid.error();
        slots_[i] = {.pid = *pid, .started = now, .starts = 1, .given_up = false};
    }
    return base::success();
}

std::vector<std::string> LocalWorkers::look_after(base::TimePoint now, bool ending) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        Slot& slot = slots_[i];
        int status = 0;
        if (slot.pid != 0 && waitpid(slot.pid, &status, WNOHANG) == slot.pid) {
            slot.pid = 0;
            if (!ending) {
                lines.push_back(
                    WIFSIGNALED(status)
                        ? fmt::format("worker local-{} was killed by signal {}", i, WTERMSIG(status))
                        : fmt::format("worker local-{} exited with status {}", i, WEXITSTATUS(status)));
            }
        }
        if (slot.pid != 0 || ending || slot.given_up || now - slot.started < options_.restart_pause) continue;
        if (slot.starts > options_.restarts) {
            slot.given_up = true;
            lines.push_back(
                fmt::format("worker local-{} died {} times and is not started again", i, slot.starts));
            continue;
        }
        auto pid = spawn(static_cast<int>(i));
        slot.started = now;
        ++slot.starts;
        if (pid) {
            slot.pid = *pid;
        } else {
            lines.push_back(pid.error().text());
        }
    }
    return lines;
}

bool LocalWorkers::all_gone() const {
    for (const Slot& slot : slots_) {
        if (slot.pid != 0) return false;
    }
    return true;
}

}  // namespace quench::orchestrator::io

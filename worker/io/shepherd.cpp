#include "worker/io/shepherd.hpp"

#include "worker/io/checkpoint_copy.hpp"
#include "worker/io/descriptor.hpp"
#include "worker/io/process_tree.hpp"
#include "worker/io/shepherd_line.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace quench::worker::io {
namespace {

namespace bp = boost::process;
using Clock = std::chrono::steady_clock;

constexpr int lock_poll_ms = 20;
constexpr int patient_rounds = 1 << 20;  // ~15 hours of trying to kill what the kernel does not let go

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&set, s);
    return set;
}

class Shepherd {
  public:
    explicit Shepherd(ShepherdOptions options) : options_(std::move(options)) {}

    void run() {
        ::setsid();
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::fcntl(options_.control, F_SETFD, FD_CLOEXEC);
        const sigset_t set = watched_signals();
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
        signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
        const auto last = tend();
        // The worker looks at the log once it has heard the last word, so nothing is said after it.
        std::error_code ignored;
        if (!options_.temporary.empty()) std::filesystem::remove_all(options_.temporary, ignored);
        shepherd::say(options_.control, shepherd::to_text(last));
    }

  private:
    shepherd::Word tend() {
        if (!take_lock()) return shepherd::Failed{"told to stop while an older copy of the trial was ending"};
        if (!options_.copy_from.empty()) {
            const auto copied = copy_checkpoint(options_.copy_from, options_.copy_to, [this] {
                listen();
                return terminating_ || killing_;
            });
            if (!copied) return shepherd::Failed{copied.error().text()};
        }
        if (auto why = start()) return shepherd::Failed{*why};
        shepherd::say(options_.control, shepherd::to_text(shepherd::Started{main_}));
        while (!over()) wait_and_act();
        const auto cull = kill_descendants({}, patient_rounds);
        const int leftovers = terminating_ ? 0 : cull.killed;
        if (!status_) return shepherd::Signalled{SIGKILL, leftovers};  // the main process was culled too
        if (WIFSIGNALED(*status_)) return shepherd::Signalled{WTERMSIG(*status_), leftovers};
        return shepherd::Exited{WEXITSTATUS(*status_), leftovers};
    }

    /// False when told to stop before the lock was free.
    bool take_lock() {
        // Not close-on-exec: the command holds it too, so that it is held while anything of this copy lives.
        lock_ = Descriptor(::open(options_.lock.c_str(), O_RDWR | O_CREAT, 0666));
        for (bool told = false;;) {
            if (lock_ && ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return true;
            if (!lock_ || (errno != EWOULDBLOCK && errno != EINTR)) {
                std::fprintf(stderr,
                             "quench: no lock on %s (%s); an older copy of the trial is not waited for\n",
                             options_.lock.c_str(), std::strerror(errno));
                return true;
            }
            if (!std::exchange(told, true))
                std::fprintf(stderr, "quench: waiting for an older copy of the trial to end\n");
            wait(lock_poll_ms);
            listen();
            if (terminating_ || killing_) return false;
        }
    }

    std::optional<std::string> start() {
        if (!options_.workdir.empty() && ::chdir(options_.workdir.c_str()) != 0)
            return "cannot work in " + options_.workdir + " (" + std::strerror(errno) + ")";
        const std::string& name = options_.command.front();
        boost::filesystem::path program = name;
        if (name.find('/') == std::string::npos) program = bp::search_path(name);
        if (program.empty()) return "no program '" + name + "' on the PATH";
        const pid_t me = ::getpid();
        const auto in_child = [me](auto&) {
            ::setpgid(0, 0);
            sigset_t none;
            sigemptyset(&none);
            ::sigprocmask(SIG_SETMASK, &none, nullptr);
            ::signal(SIGPIPE, SIG_DFL);
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (::getppid() != me) ::_exit(127);
        };
        const std::vector<std::string> words(options_.command.begin() + 1, options_.command.end());
        std::error_code error;
        bp::child child(bp::exe = program, bp::args = words, bp::std_in < bp::null, error,
                        bp::extend::on_exec_setup = in_child);
        if (error) return "cannot run " + program.string() + " (" + error.message() + ")";
        main_ = child.id();
        child.detach();
        return std::nullopt;
    }

    [[nodiscard]] bool over() const {
        if (killing_) return true;
        if (kill_at_ && Clock::now() >= *kill_at_) return true;
        // One that was asked to end may have handed its checkpoint to a child: that gets the rest of the
        // grace.
        return status_ && (!terminating_ || descendants(::getpid()).empty());
    }

    void wait_and_act() {
        // While stragglers of a terminated attempt end, no signal may tell of a grandchild's death.
        const bool watch = kill_at_ || (status_ && terminating_);
        wait(watch ? lock_poll_ms : -1);
        listen();
        for (;;) {
            int status = 0;
            const pid_t pid = ::waitpid(-1, &status, WNOHANG);
            if (pid <= 0) break;
            if (pid == main_) status_ = status;
        }
    }

    void wait(int timeout_ms) {
        std::array<pollfd, 2> items{
            {{orphaned_ ? -1 : options_.control, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
        ::poll(items.data(), items.size(), timeout_ms);
    }

    void listen() {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info)
            if (info.ssi_signo != SIGCHLD) terminate();
        while (!orphaned_) {
            const auto word = shepherd::hear(options_.control);
            if (std::holds_alternative<shepherd::Silence>(word)) return;
            if (std::holds_alternative<shepherd::Nobody>(word)) {
                orphaned_ = true;
                terminate();
                kill_at_ = Clock::now() + options_.grace;
            } else if (std::get<std::string>(word) == shepherd::terminate) {
                terminate();
            } else if (std::get<std::string>(word) == shepherd::kill) {
                killing_ = true;
                terminating_ = true;
            }
        }
    }

    void terminate() {
        if (std::exchange(terminating_, true) || main_ == 0) return;
        const auto all = descendants(::getpid());
        const bool spare = options_.spare_main && all.size() > 1;
        for (const pid_t pid : all)
            if (!(spare && pid == main_)) ::kill(pid, SIGTERM);
    }

    ShepherdOptions options_;
    Descriptor signals_;
    Descriptor lock_;
    pid_t main_ = 0;
    std::optional<int> status_;  ///< of the main process, when it has ended
    bool terminating_ = false;
    bool killing_ = false;
    bool orphaned_ = false;
    std::optional<Clock::time_point> kill_at_;
};

bool read_arguments(int argc, char** argv, ShepherdOptions& out) {
    int i = 1;
    if (i < argc && std::strcmp(argv[i], "shepherd") == 0) ++i;
    for (; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--") {
            out.command.assign(argv + i + 1, argv + argc);
            return out.control >= 0 && !out.command.empty();
        }
        if (name == "--spare-main") {
            out.spare_main = true;
            continue;
        }
        if (++i >= argc) return false;
        if (name == "--control")
            out.control = std::atoi(argv[i]);
        else if (name == "--workdir")
            out.workdir = argv[i];
        else if (name == "--lock")
            out.lock = argv[i];
        else if (name == "--grace-ms")
            out.grace = std::chrono::milliseconds(std::atoll(argv[i]));
        else if (name == "--copy-from")
            out.copy_from = argv[i];
        else if (name == "--copy-to")
            out.copy_to = argv[i];
        else if (name == "--temporary")
            out.temporary = argv[i];
        else
            return false;
    }
    return false;
}

}  // namespace

std::vector<std::string> to_arguments(const ShepherdOptions& options) {
    std::vector<std::string> out = {"shepherd",   "--control",     std::to_string(options.control),
                                    "--workdir",  options.workdir, "--lock",
                                    options.lock, "--grace-ms",    std::to_string(options.grace.count())};
    if (!options.copy_from.empty())
        out.insert(out.end(), {"--copy-from", options.copy_from, "--copy-to", options.copy_to});
    if (!options.temporary.empty()) out.insert(out.end(), {"--temporary", options.temporary});
    if (options.spare_main) out.emplace_back("--spare-main");
    out.emplace_back("--");
    out.insert(out.end(), options.command.begin(), options.command.end());
    return out;
}

int shepherd_main(int argc, char** argv) {
    ShepherdOptions options;
    if (!read_arguments(argc, argv, options)) {
        std::fputs("quench: the verb 'shepherd' is for workers; they start it\n", stderr);
        return 2;
    }
    Shepherd(std::move(options)).run();
    return 0;
}

}  // namespace quench::worker::io

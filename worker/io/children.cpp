#include "worker/io/children.hpp"

#include "worker/io/atomic_file.hpp"
#include "worker/io/descriptor.hpp"
#include "worker/io/line_filter.hpp"
#include "worker/io/process_tree.hpp"
#include "worker/io/shepherd.hpp"
#include "worker/io/shepherd_line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <utility>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace quench::worker::io {
namespace {

namespace bp = boost::process;
namespace fs = std::filesystem;

constexpr int orphan_rounds = 60;  // ~3 s; the worker has other attempts to look after
constexpr int lowest_fd = 64;      // away from the descriptors that a launched process gets anew
constexpr std::size_t longest_temporary =
    48;  // + what MPI adds stays below the 108 bytes of a UNIX socket's path

base::Error system_error(const std::string& what) {
    return base::Error(what + " (" + std::strerror(errno) + ")");
}

/// Out of the way of 0, 1, 2, closed on exec.
Descriptor moved_up(int fd) {
    Descriptor out(::fcntl(fd, F_DUPFD_CLOEXEC, lowest_fd));
    ::close(fd);
    return out;
}

struct Pipe {
    Descriptor out;
    Descriptor in;
};

Pipe new_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {moved_up(ends[0]), moved_up(ends[1])};
}

Pipe new_line() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
    return {moved_up(ends[0]), moved_up(ends[1])};
}

/// MPI's session files and shared memory: in memory where there is such a place, with a short path.
std::string new_temporary() {
    const char* user = ::getenv("TMPDIR");
    for (const std::string base : {"/dev/shm", user != nullptr ? user : "/tmp", "/tmp"}) {
        std::string name = base + "/quench-XXXXXX";
        if (name.size() <= longest_temporary && ::mkdtemp(name.data()) != nullptr) return name;
    }
    return "";
}

}  // namespace

struct Children::Child {
    core::AttemptKey key;
    pid_t pid = 0;
    bool reaped = false;
    bool paused = false;
    int kills = 0;
    Descriptor control;
    Descriptor out;
    Descriptor err;
    LogFile log;
    LineFilter filter;
    std::string temporary;
    std::optional<shepherd::Word> last_word;
};

Children::Children(ChildrenOptions options) : options_(std::move(options)) {}
Children::~Children() = default;

void Children::spawn(const core::Spawn& order, std::vector<core::Input>& inputs) {
    if (const auto done = start(order); !done)
        inputs.emplace_back(core::StartFailed{order.key, done.error().text()});
}

base::Result<> Children::start(const core::Spawn& order) {
    std::error_code error;
    // One that goes on from a parent has no checkpoint folder before the copy is whole.
    const auto& needed = order.parent_checkpoint ? order.folder : order.checkpoint_dir;
    fs::create_directories(needed, error);
    if (!error) fs::create_directories(order.folder, error);
    if (error) return base::Error("cannot create " + needed.string() + " (" + error.message() + ")");
    if (const auto done = write_atomically(order.run_file, order.run_text, 0644); !done) return done;
    auto log = LogFile::open(order.log_file, options_.log);
    if (!log) return log.error();
    Pipe out = new_pipe();
    Pipe err = new_pipe();
    Pipe line = new_line();
    if (!out.in || !err.in || !line.in) return system_error("cannot make pipes");

    ShepherdOptions shepherd;
    shepherd.control = line.in.get();
    shepherd.workdir = order.workdir;
    shepherd.lock = order.folder / ".lock";
    const auto grace = std::chrono::ceil<std::chrono::milliseconds>(order.grace);
    shepherd.grace = std::min(grace, options_.longest_grace);
    if (order.parent_checkpoint) {
        shepherd.copy_from = *order.parent_checkpoint;
        shepherd.copy_to = order.checkpoint_dir;
    }
    shepherd.temporary = new_temporary();
    shepherd.spare_main = order.launcher == protocol::Launcher::mpirun;
    shepherd.command = order.words;

    core::Surroundings around;
    around.root = options_.root;
    around.run_file = order.run_file;
    around.temporary = shepherd.temporary.empty() ? "/tmp" : shepherd.temporary;
    bp::environment environment;
    for (const auto& [name, value] : core::trial_environment(options_.environment, around))
        environment.emplace(name, value);

    const auto in_child = [&](auto&) {
        ::dup2(out.in.get(), STDOUT_FILENO);
        ::dup2(err.in.get(), STDERR_FILENO);
        ::fcntl(line.in.get(), F_SETFD, 0);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    };
    bp::child child(bp::exe = options_.shepherd.string(), bp::args = to_arguments(shepherd), environment,
                    bp::std_in < bp::null, error, bp::extend::on_exec_setup = in_child);
    if (error) {
        fs::remove_all(shepherd.temporary, error);
        return base::Error("cannot run " + options_.shepherd.string() + " in " + order.workdir.string() +
                           " (" + error.message() + ")");
    }
    const pid_t pid = child.id();
    child.detach();
    children_.push_back(Child{order.key, pid, false, false, 0, std::move(line.out), std::move(out.out),
                              std::move(err.out), std::move(*log), LineFilter(options_.line_bytes),
                              shepherd.temporary, std::nullopt});
    return base::success();
}

void Children::terminate(const protocol::AttemptKey& key) {
    if (const Child* child = find(key); child != nullptr && child->control)
        shepherd::say(child->control.get(), shepherd::terminate);
}

void Children::kill(const protocol::AttemptKey& key) {
    Child* child = find(key);
    if (child == nullptr) return;
    if (child->kills++ > 0 && !child->reaped)
        ::kill(child->pid, SIGKILL);
    else if (child->control)
        shepherd::say(child->control.get(), shepherd::kill);
}

void Children::pause(const protocol::AttemptKey& key) {
    if (Child* child = find(key)) child->paused = true;
}
void Children::resume(const protocol::AttemptKey& key) {
    if (Child* child = find(key)) child->paused = false;
}

void Children::watch(std::vector<pollfd>& items) const {
    for (const Child& child : children_) {
        if (child.control) items.push_back({child.control.get(), POLLIN, 0});
        if (child.out && !child.paused) items.push_back({child.out.get(), POLLIN, 0});
        if (child.err) items.push_back({child.err.get(), POLLIN, 0});
    }
}

void Children::read(std::vector<core::Input>& inputs) {
    for (auto it = children_.begin(); it != children_.end();) {
        Child& child = *it;
        listen(child, inputs);
        read_output(child, inputs);
        if (child.reaped && !child.control) {
            finish(child, inputs);
            it = children_.erase(it);
        } else {
            ++it;
        }
    }
}

void Children::reap(std::vector<core::Input>& inputs) {
    for (;;) {
        const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
        if (pid <= 0) break;
        for (Child& child : children_)
            if (child.pid == pid) child.reaped = true;
    }
    read(inputs);
}

void Children::listen(Child& child, std::vector<core::Input>& inputs) {
    while (child.control) {
        const auto heard = shepherd::hear(child.control.get());
        if (std::holds_alternative<shepherd::Silence>(heard)) return;
        if (std::holds_alternative<shepherd::Nobody>(heard)) {
            child.control.reset();
            return;
        }
        const auto word = shepherd::word_from_text(std::get<std::string>(heard));
        if (!word) continue;
        if (const auto* started = std::get_if<shepherd::Started>(&*word))
            inputs.emplace_back(core::ProcessStarted{child.key, started->pid});
        else
            child.last_word = word;
    }
}

void Children::read_output(Child& child, std::vector<core::Input>& inputs) {
    std::array<char, 64 << 10> buffer;
    std::vector<std::string> lines;
    const auto drain = [&](Descriptor& pipe, bool reports) {
        for (std::size_t taken = 0; pipe && taken < options_.read_bytes;) {
            const ssize_t n = ::read(pipe.get(), buffer.data(), buffer.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return;
            if (n <= 0) {
                pipe.reset();
                return;
            }
            const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
            child.log.write(text);
            if (reports) child.filter.feed(text, lines);
            taken += text.size();
        }
    };
    // When everybody is dead, what is left in the pipe is little, and must come before the end.
    if (!child.paused || child.reaped) drain(child.out, true);
    drain(child.err, false);
    for (auto& line : lines) inputs.emplace_back(core::LineRead{child.key, std::move(line)});
}

void Children::finish(Child& child, std::vector<core::Input>& inputs) {
    int orphans = 0;
    if (!child.last_word) {
        // The shepherd was killed. What it left has become ours; other attempts are below their own
        // shepherds.
        std::set<pid_t> spared;
        for (const Child& other : children_)
            if (!other.reaped) spared.insert(other.pid);
        orphans = kill_descendants(spared, orphan_rounds).killed;
        read_output(child, inputs);
    }
    std::vector<std::string> lines;
    child.filter.finish(lines);
    for (auto& line : lines) inputs.emplace_back(core::LineRead{child.key, std::move(line)});
    std::error_code ignored;
    if (!child.temporary.empty()) fs::remove_all(child.temporary, ignored);

    core::ProcessEnded end;
    end.key = child.key;
    end.how = core::Unwatched{};
    end.leftovers = orphans;
    end.last_output = child.log.recent();
    end.log_left_out = child.log.finish();
    end.lines_too_long = child.filter.too_long();
    if (child.last_word) {
        if (const auto* failed = std::get_if<shepherd::Failed>(&*child.last_word)) {
            inputs.emplace_back(core::StartFailed{child.key, failed->why});
            return;
        }
        if (const auto* exited = std::get_if<shepherd::Exited>(&*child.last_word)) {
            end.how = core::Exited{exited->status};
            end.leftovers = exited->leftovers;
        }
        if (const auto* signalled = std::get_if<shepherd::Signalled>(&*child.last_word)) {
            end.how = core::Signalled{signalled->signal};
            end.leftovers = signalled->leftovers;
        }
    }
    inputs.emplace_back(std::move(end));
}

Children::Child* Children::find(const protocol::AttemptKey& key) {
    const auto found = std::ranges::find(children_, key, &Child::key);
    return found == children_.end() ? nullptr : &*found;
}

}  // namespace quench::worker::io

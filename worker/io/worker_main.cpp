#include "worker/io/worker_main.hpp"

#include "worker/core/agent.hpp"
#include "worker/io/children.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <random>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

extern char** environ;

namespace quench::worker::io {
namespace {

constexpr int tick_ms = 50;         // how late a deadline may be noticed
constexpr int frames_a_turn = 256;  // so that a talkative coordinator cannot keep pipes from being read

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// 128 bits that no other session has.
std::string fresh_session() {
    std::random_device entropy;
    std::string out;
    for (int i = 0; i < 4; ++i) out += spdlog::fmt_lib::format("{:08x}", entropy());
    return out;
}

int usable_cores() {
    cpu_set_t set;
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

core::Environment own_environment() {
    core::Environment out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != text.npos && equals > 0) out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

/// Wall time that never jumps: the wall clock at the start plus the steady clock since.
class SteadyWallClock {
  public:
    [[nodiscard]] base::TimePoint now() const {
        const auto since = std::chrono::steady_clock::now() - begin_;
        return wall_ + std::chrono::duration_cast<base::Duration>(since);
    }

  private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    base::TimePoint wall_{
        std::chrono::duration_cast<base::Duration>(std::chrono::system_clock::now().time_since_epoch())
            .count()};
};

core::AgentOptions agent_options(const WorkerOptions& options) {
    core::AgentOptions out;
    out.host = host_name();
    out.pid = ::getpid();
    out.name = options.name.empty() ? out.host + "-" + std::to_string(out.pid) : options.name;
    out.session = fresh_session();
    out.build = options.build;
    out.slots = options.slots > 0 ? options.slots : usable_cores();
    std::error_code ignored;
    out.directory = std::filesystem::current_path(ignored);
    if (options.lost_coordinator_after) out.lost_coordinator_after = *options.lost_coordinator_after;
    return out;
}

ChildrenOptions children_options(const WorkerOptions& options) {
    ChildrenOptions out;
    std::error_code ignored;
    out.shepherd =
        options.program.empty() ? std::filesystem::read_symlink("/proc/self/exe", ignored) : options.program;
    out.environment = own_environment();
    out.root = ::geteuid() == 0;
    out.log = options.log;
    return out;
}

class Worker {
  public:
    Worker(const WorkerOptions& options, std::unique_ptr<Channel> channel, Descriptor signals,
           spdlog::logger& log)
        : channel_(std::move(channel)),
          signals_(std::move(signals)),
          children_(children_options(options)),
          agent_(agent_options(options), clock_.now()),
          parent_(options.parent),
          log_(log) {}

    int run() {
        while (!exit_) {
            now_ = clock_.now();
            hear_signals();
            hear_coordinator();
            children_.read(inputs_);
            if (now_ - last_tick_ >= std::chrono::milliseconds(tick_ms)) {
                last_tick_ = now_;
                inputs_.emplace_back(core::Tick{});
            }
            think();
            if (!exit_) wait();
        }
        (exit_->code == 0 ? log_.info("exit: {}", exit_->reason) : log_.error("exit: {}", exit_->reason));
        return exit_->code;
    }

  private:
    void hear_signals() {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            if (info.ssi_signo == SIGCHLD)
                children_.reap(inputs_);
            else if (parent_ && ::getppid() != *parent_)
                inputs_.emplace_back(core::CoordinatorDied{"the process that started the worker is gone"});
            else
                inputs_.emplace_back(
                    core::TerminateRequested{info.ssi_signo == SIGTERM ? "SIGTERM" : "SIGINT"});
        }
    }

    void hear_coordinator() {
        for (int i = 0; i < frames_a_turn; ++i) {
            const auto frame = channel_->receive();
            if (!frame) return;
            take(*frame);
        }
        busy_ = true;
    }

    void think() {
        // An action can fail at once, which is an input again.
        while (!inputs_.empty() && !exit_) {
            const std::vector<core::Input> inputs = std::exchange(inputs_, {});
            for (const auto& input : inputs) {
                core::Batch batch;
                agent_.step(input, now_, batch);
                for (const auto& message : batch.sends) {
                    log_.debug("say {}", protocol::kind_of(message));
                    // What a full queue refuses is repeated like what a broken line loses.
                    if (!channel_->send(protocol::encode(message))) log_.debug("the queue is full");
                }
                for (const auto& action : batch.actions) std::visit([&](const auto& a) { act(a); }, action);
                if (exit_) return;
            }
        }
    }

    void act(const core::Spawn& a) {
        log_.info("start trial {} attempt {} of {}", a.key.trial, a.key.attempt, a.key.study);
        children_.spawn(a, inputs_);
    }
    void act(const core::Terminate& a) {
        log_.info("end trial {} attempt {} of {}", a.key.trial, a.key.attempt, a.key.study);
        children_.terminate(a.key);
    }
    void act(const core::Kill& a) {
        log_.warn("kill trial {} attempt {} of {}", a.key.trial, a.key.attempt, a.key.study);
        children_.kill(a.key);
    }
    void act(const core::PauseReading& a) { children_.pause(a.key); }
    void act(const core::ResumeReading& a) { children_.resume(a.key); }
    void act(const core::Exit& a) { exit_ = a; }

    void wait() {
        std::vector<pollfd> items = {{signals_.get(), POLLIN, 0}, {channel_->fd(), POLLIN, 0}};
        children_.watch(items);
        // The channel tells of a message once; one that came in while we were sending must be looked for.
        if (auto early = channel_->receive()) {
            take(*early);
            return;
        }
        ::poll(items.data(), items.size(), std::exchange(busy_, false) ? 0 : tick_ms);
    }

    void take(const protocol::Frame& frame) {
        auto message = protocol::decode_from_coordinator(frame);
        if (message) {
            log_.debug("got {}", protocol::kind_of(*message));
            inputs_.emplace_back(core::Received{std::move(*message)});
        } else {
            ++malformed_;
            log_.warn("dropped malformed message {} ({})", malformed_, message.error().text());
        }
    }

    SteadyWallClock clock_;
    base::TimePoint now_;
    base::TimePoint last_tick_;
    std::unique_ptr<Channel> channel_;
    Descriptor signals_;
    Children children_;
    core::Agent agent_;
    std::optional<pid_t> parent_;
    spdlog::logger& log_;
    std::vector<core::Input> inputs_;
    std::uint64_t malformed_ = 0;
    bool busy_ = false;
    std::optional<core::Exit> exit_;
};

/// Standard descriptors that are closed would be given to pipes, and then a child would close them.
void fill_standard_descriptors() {
    for (;;) {
        const int fd = ::open("/dev/null", O_RDWR);
        if (fd < 0) return;
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return;
        }
    }
}

}  // namespace

int run_worker(const WorkerOptions& options) {
    fill_standard_descriptors();
    spdlog::logger log("worker", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    log.set_level(spdlog::level::from_str(options.log_level));
    // Blocked before ZeroMQ makes its threads, which inherit this.
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&set, s);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    Descriptor signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));

    const auto access = read_access(options.access);
    if (!access) {
        log.error("{}", access.error().text());
        return 1;
    }
    auto channel = Channel::open(*access, options.channel);
    if (!channel) {
        log.error("{}", channel.error().text());
        return 1;
    }
    if (options.parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != *options.parent) {
            log.error("the process that started the worker is gone");
            return 1;
        }
    }
    return Worker(options, std::move(*channel), std::move(signals), log).run();
}

}  // namespace quench::worker::io

// A coordinator that says what the test says, over a real socket; and a real worker process beside it.
#pragma once

#include "tests/worker/io/temporary_folder.hpp"
#include "worker/io/access.hpp"
#include "worker/io/process_tree.hpp"
#include "worker/protocol/codec.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quench::worker::io {

using namespace std::chrono_literals;
using namespace protocol;

inline std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Processes with `token` in their environment and `word` in their command line; the dead do not count.
inline std::vector<pid_t> processes_of(const std::string& token, const std::string& word = "") {
    std::vector<pid_t> out;
    for (const Process& p : processes()) {
        const auto folder = "/proc/" + std::to_string(p.pid);
        if (p.state == 'Z' || content_of(folder + "/environ").find(token) == std::string::npos) continue;
        if (content_of(folder + "/cmdline").find(word) != std::string::npos) out.push_back(p.pid);
    }
    return out;
}

class Stage {
  public:
    TemporaryFolder folder;
    std::string token = "QUENCH_TEST_TOKEN=" + folder.path().filename().string();
    pid_t worker = -1;
    bool acknowledging = true;
    std::vector<Report> reports;
    std::vector<AttemptEnded> ends;
    std::vector<std::chrono::steady_clock::time_point> heartbeats;
    std::optional<Hello> hello;
    bool goodbye = false;

    Stage();
    ~Stage();

    void start_worker(int slots = 4, bool with_parent = false) {
        const auto access = folder / "access";
        ASSERT_TRUE(
            write_access(access, {endpoint_, server_.public_key, client_.public_key, client_.secret_key}));
        worker = launch({WORKER_PROGRAM, "worker", access.string(), std::to_string(slots)}, with_parent);
        await([&] { return hello.has_value(); }, "hello");
    }

    /// Forks and runs a program with the token in its environment.
    pid_t launch(std::vector<std::string> words, bool with_parent = false) {
        const pid_t parent = ::getpid();
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        if (with_parent) words.push_back(std::to_string(parent));
        std::vector<char*> argv;
        for (auto& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        ::putenv(token.data());
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }

    Start order(std::uint64_t trial, std::vector<std::string> command, int ranks = 1) {
        Start out;
        out.key = {"s", trial, 1};
        out.params = R"({"lr": 0.5})";
        out.to = 3;
        out.unit = "epoch";
        out.ranks = ranks;
        out.launcher = ranks > 1 ? Launcher::mpirun : Launcher::none;
        out.command = std::move(command);
        out.workdir = folder.path();
        out.folder = folder / ("trials/" + std::to_string(trial));
        out.grace = 10s;
        return out;
    }
    Start shell(std::uint64_t trial, const std::string& script) { return order(trial, {"sh", "-c", script}); }

    void say(const FromCoordinator& message) { say(encode(message)); }
    void say(const Frame& frame);

    /// Plays the coordinator until `done`; a failure after half a minute.
    template <class Done>
    void await(Done done, const std::string& what) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!done()) {
            ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited in vain for " << what;
            turn();
        }
    }
    const AttemptEnded& await_end(std::uint64_t trial) {
        static const AttemptEnded none{};
        const AttemptEnded* found = nullptr;
        await(
            [&] {
                for (const auto& e : ends)
                    if (e.key.trial == trial) found = &e;
                return found != nullptr;
            },
            "the end of trial " + std::to_string(trial));
        return found == nullptr ? none : *found;
    }
    Report await_report(std::uint64_t trial, std::int64_t step) {
        Report out;
        await(
            [&] {
                for (const auto& r : reports)
                    if (r.key.trial == trial && r.step == step) {
                        out = r;
                        return true;
                    }
                return false;
            },
            "report " + std::to_string(step) + " of trial " + std::to_string(trial));
        return out;
    }
    /// Waits until nothing of the attempts runs; `besides` may.
    void await_nobody(std::vector<pid_t> besides = {}) {
        await(
            [&] {
                for (const pid_t pid : processes_of(token))
                    if (std::ranges::find(besides, pid) == besides.end()) return false;
                return true;
            },
            "the death of all processes");
    }
    int await_exit() {
        int status = 0;
        await([&] { return ::waitpid(worker, &status, WNOHANG) == worker; }, "the worker's exit");
        worker = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    }
    void kill_worker() {
        ::kill(worker, SIGKILL);
        ::waitpid(worker, nullptr, 0);
        worker = -1;
    }

    void close();
    void open_again() { open(endpoint_); }

  private:
    struct Router;
    void open(const std::string& endpoint);
    void turn();

    std::unique_ptr<Router> router_;
    KeyPair server_ = new_key_pair().value();
    KeyPair client_ = new_key_pair().value();
    std::string endpoint_;
    std::string peer_;
};

}  // namespace quench::worker::io

// The worker's children: one shepherd an attempt, its pipes, its log.
#pragma once

#include "base/result.hpp"
#include "worker/core/batch.hpp"
#include "worker/core/input.hpp"
#include "worker/core/launch.hpp"
#include "worker/io/log_file.hpp"

#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/types.h>

namespace quench::worker::io {

struct ChildrenOptions {
    std::filesystem::path shepherd;  ///< the program that has the verb `shepherd`
    core::Environment environment;   ///< the worker's own
    bool root = false;
    LogLimits log;
    std::size_t line_bytes = 16 << 10;  ///< of a report line, as in the trial contract
    /// Bytes taken from a pipe in one turn, so that a flood cannot keep the worker from its heartbeats.
    std::size_t read_bytes = 256 << 10;
    std::chrono::milliseconds longest_grace = std::chrono::hours(1);
};

/// Owns every child of its process: what is a child and is no living shepherd of its own is killed when a
/// shepherd was lost. Nothing in it blocks longer than it takes to start a process. Inputs for the agent come
/// out of `read` and `reap`, in the order in which the agent expects them.
class Children {
  public:
    explicit Children(ChildrenOptions options);
    ~Children();
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

    void spawn(const core::Spawn& order, std::vector<core::Input>& inputs);
    void terminate(const protocol::AttemptKey& key);
    /// A second one does not trust the shepherd any more.
    void kill(const protocol::AttemptKey& key);
    void pause(const protocol::AttemptKey& key);
    void resume(const protocol::AttemptKey& key);

    /// Appends what is to be waited for.
    void watch(std::vector<pollfd>& items) const;
    /// Reads what there is.
    void read(std::vector<core::Input>& inputs);
    /// To be called on SIGCHLD.
    void reap(std::vector<core::Input>& inputs);

    [[nodiscard]] bool empty() const { return children_.empty(); }

  private:
    struct Child;
    base::Result<> start(const core::Spawn& order);
    void listen(Child& child, std::vector<core::Input>& inputs);
    void read_output(Child& child, std::vector<core::Input>& inputs);
    void finish(Child& child, std::vector<core::Input>& inputs);
    Child* find(const protocol::AttemptKey& key);

    ChildrenOptions options_;
    std::list<Child> children_;
};

}  // namespace quench::worker::io

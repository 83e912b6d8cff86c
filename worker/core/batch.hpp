// What an agent wants done after a step.
#pragma once

#include "worker/protocol/message.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace quench::worker::core {

using protocol::AttemptKey;

/// Run a program. Answered by ProcessStarted and ProcessEnded, or by StartFailed.
struct Spawn {
    AttemptKey key;
    std::vector<std::string> words;  ///< the whole command, launcher included
    std::string run_text;            ///< what goes into `run_file`
    std::filesystem::path folder;    ///< the trial's own; it and `checkpoint_dir` are created
    std::filesystem::path run_file;
    std::filesystem::path log_file;
    std::filesystem::path checkpoint_dir;
    std::optional<std::filesystem::path> parent_checkpoint;  ///< copied there if there is nothing yet
    std::filesystem::path workdir;
    protocol::Launcher launcher = protocol::Launcher::none;
    base::Duration grace{};  ///< what the attempt gets to checkpoint if the worker dies
};

/// SIGTERM: checkpoint and exit.
struct Terminate {
    AttemptKey key;
};
/// SIGKILL to every process of the attempt.
struct Kill {
    AttemptKey key;
};
/// Stop reading the attempt's standard output, so that the pipe fills and the program waits.
struct PauseReading {
    AttemptKey key;
};
struct ResumeReading {
    AttemptKey key;
};
/// The last action of an agent.
struct Exit {
    int code = 0;
    std::string reason;
};

using Action = std::variant<Spawn, Terminate, Kill, PauseReading, ResumeReading, Exit>;

/// Sends first, then actions, each in order.
struct Batch {
    std::vector<protocol::ToCoordinator> sends;
    std::vector<Action> actions;
};

}  // namespace quench::worker::core

// One program, from start to end, within a time.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace quench::predictor::anneal {

struct ChildProcess {
    std::vector<std::string> command = {};  ///< not empty
    std::filesystem::path log = {};         ///< where its stdout and stderr go
    std::chrono::milliseconds timeout{};
    std::stop_token interrupt = {};
};

/// Runs it to its end. An Error if it cannot be started, ends with a status other than 0 or by a signal,
/// takes longer than the timeout, or is interrupted; whatever is left of its process group is killed in any
/// case.
[[nodiscard]] base::Result<> run(const ChildProcess& child);

}  // namespace quench::predictor::anneal

// What the command line of the test program says beyond GoogleTest's own options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace quench::orchestrator::core {

struct TestOptions {
    std::string program;                 ///< for the command that replays a failure
    bool rewrite = false;                ///< --rewrite: golden transcripts are written anew
    std::optional<std::uint64_t> seed;   ///< --seed=N: this seed alone
    std::optional<std::uint64_t> seeds;  ///< --seeds=N: so many instead of the usual
};

/// Set by main.
TestOptions& test_options();

/// "run: PROGRAM --gtest_filter=TEST --seed=N"
std::string replay_command(std::uint64_t seed);

}  // namespace quench::orchestrator::core

// The run file: what a trial program is told. The environment variable QUENCH_RUN names it.
//
//   {"study": "mlpf-quick", "trial": 12, "attempt": 2, "params": {"lr": 0.001},
//    "resource": {"from": 3, "to": 9, "unit": "epoch"}, "seed": 17, "ranks": 2,
//    "checkpoint_dir": "/scratch/trials/12/checkpoint", "time_left_s": 3600}
//
// Unknown keys are ignored, so that an older program runs under a newer worker.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace quench::trainer::contract {

/// The environment variable that holds the path of the run file.
inline constexpr const char* run_file_variable = "QUENCH_RUN";

/// What a trial is to spend: it stands at `from` (0 for a new trial) and trains until `to`, both counted in
/// `unit` (epochs, for most programs). 0 <= from <= to.
struct Resource {
    std::int64_t from = 0;
    std::int64_t to = 1;
    std::string unit = "epoch";

    friend bool operator==(const Resource&, const Resource&) = default;
};

/// One attempt's orders. A value; `params` is a JSON object of hyperparameters by name, only active ones.
struct RunFile {
    std::string study;
    std::uint64_t trial = 0;
    std::uint64_t attempt = 0;
    nlohmann::json params = nlohmann::json::object();
    Resource resource;
    std::uint64_t seed = 0;  ///< the same for every attempt of a trial
    int ranks = 1;
    std::string checkpoint_dir;
    std::optional<double> time_left_s;  ///< until the time limit of the attempt, if it has one

    friend bool operator==(const RunFile&, const RunFile&) = default;
};

/// The run file as JSON. Bytes that are not UTF-8 are replaced, so that this cannot fail.
std::string to_text(const RunFile& run);

/// Reads a run file. Fails with the name of the key that is missing or has a wrong type or value.
base::Result<RunFile> run_file_from_text(std::string_view text);

}  // namespace quench::trainer::contract

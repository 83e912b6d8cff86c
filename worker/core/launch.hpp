// From a Start to what is executed: the words of the command and the environment.
#pragma once

#include "base/result.hpp"
#include "worker/core/batch.hpp"

#include <map>
#include <string>
#include <vector>

namespace quench::worker::core {

/// Works out folder, files, run file and words. Relative paths are taken from `directory`. Fails on a
/// placeholder without meaning and on params that are no JSON object.
///
/// In the words, {param.NAME}, {run}, {checkpoint_dir} and {to} are replaced; texts go in as they are, other
/// values as JSON. {{word}} becomes {word}; ${word} and braces around anything but a name are left alone, so
/// that shell words pass.
base::Result<Spawn> spawn_for(const protocol::Start& start, const std::filesystem::path& directory);

using Environment = std::map<std::string, std::string>;

/// What the surroundings add to a trial's environment.
struct Surroundings {
    bool root = false;     ///< OpenMPI wants to be told that root is meant
    std::string run_file;  ///< QUENCH_RUN
    std::string
        temporary;  ///< MPI's session files and shared memory; a short path, removed after the attempt
};

/// The worker's own environment without the traces of a launcher above it (a worker started by mpirun or srun
/// could not start mpirun else), with OpenMPI's settings where the user has set none.
Environment trial_environment(Environment own, const Surroundings& around);

}  // namespace quench::worker::core

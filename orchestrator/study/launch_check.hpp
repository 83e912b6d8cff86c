// What must hold before a study is started here, beyond what its file says: enough slots, a program,
// a script and a predictor's annealer that exist. Pure: the file system is a function object.
#pragma once

#include "orchestrator/study/study_file.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::study {

struct LaunchSite {
    std::optional<int> slots;  ///< of the largest worker, where known
    std::string study_dir;     ///< {study_dir} in the command
    std::string workdir;       ///< relative programs are looked up here
    std::string program_dir;   ///< the folder of the quench program: its own trial programs lie beside it
    std::string path;          ///< PATH
    std::function<bool(const std::string& path)> is_program;  ///< a file that can be executed
    std::function<bool(const std::string& path)> is_file;     ///< a file that can be read
};

/// The program a command's first word means: with a '/', relative to workdir; else program_dir, then PATH.
/// Nothing if there is none, or if it holds a placeholder that is only known for a trial.
std::optional<std::string> find_program(const std::string& word, const LaunchSite& site);

std::vector<FileError> check_launch(const StudyFile& file, const LaunchSite& site);

}  // namespace quench::orchestrator::study

// Brings a study file in.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/study/study_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// A study file as it was read, with everything that is wrong with it.
struct StudySource {
    std::string text;
    study::Reading reading;
};

/// With slots: also that this machine can start it (the program exists, the ranks fit). Throws as
/// text_of_file (input_file.hpp).
StudySource read_source(const std::string& path, std::optional<int> slots);

/// "FILE:LINE: problem (why) way out", a line each, on world.err; line 1 where the whole file is meant.
void print_file_errors(const World& world, const std::string& path,
                       const std::vector<study::FileError>& errors);

}  // namespace quench::orchestrator::cli

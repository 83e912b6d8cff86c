// Brings a study file in.
#pragma once

#include "orchestrator/cli/verb.hpp"
#include "orchestrator/study/study_file.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

/// Throws Refusal (usage) for what is no readable file. `kind` is how messages call it: "study file". Reads
/// no more than one byte over the reader's limit, so that a wrong path to something large is refused, not
/// loaded.
std::string text_of_file(const std::string& path, const std::string& kind, std::size_t limit);

/// A study file as it was read, with everything that is wrong with it.
struct StudySource {
    std::string text;
    study::Reading reading;
};

/// With slots: also that this machine can start it (the program exists, the ranks fit). Throws as
/// text_of_file.
StudySource read_source(const std::string& path, std::optional<int> slots);

/// "FILE:LINE: problem (why) way out", a line each, on world.err; line 1 where the whole file is meant.
void print_file_errors(const World& world, const std::string& path,
                       const std::vector<study::FileError>& errors);

}  // namespace quench::orchestrator::cli

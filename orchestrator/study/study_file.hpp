// Reads a study file (YAML). Pure: text in, study or errors out.
#pragma once

#include "base/result.hpp"
#include "orchestrator/core/study.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::study {

/// One thing wrong with a study file. Printed as "FILE:LINE: problem (why) way out".
struct FileError {
    int line = 0;  ///< from 1; 0 when the file as a whole is meant
    std::string text;
    friend bool operator==(const FileError&, const FileError&) = default;
};

/// A checked study, and the lines of keys that later checks (slots, command) want to point at.
struct StudyFile {
    core::Study study;
    int command_line = 0;
    int ranks_line = 0;
    int fidelity_line = 0;
};

/// Everything wrong with the text, in the order of lines, or the study.
struct Reading {
    std::optional<StudyFile> file;  ///< set when errors is empty
    std::vector<FileError> errors;
};

/// What is read for simulation alone needs no trial section. A journal's study was accepted when it was
/// created: what is refused since then is not refused there, or its trials could not be read any more.
enum class Purpose { training, simulation, journal };

Reading read_study(const std::string& text, Purpose purpose = Purpose::training);

/// The same of a journal's study, as one Result: the first error.
base::Result<core::Study> study_from_text(const std::string& text);

}  // namespace quench::orchestrator::study

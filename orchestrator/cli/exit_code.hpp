// What the command's exit status says. Scripts rely on these numbers.
#pragma once

#include <stdexcept>
#include <string>

namespace quench::orchestrator::cli {

enum class ExitCode {
    ok = 0,
    error = 1,          ///< something failed; the study, or a check of it
    usage = 2,          ///< wrong arguments, or a study file with errors
    not_found = 3,      ///< no such study, trial, database, or no value yet
    exists = 4,         ///< the study is there already
    storage = 5,        ///< the database cannot be read or written, or is of another version
    interrupted = 130,  ///< SIGINT or SIGTERM
};

/// A command cannot do what was asked. Thrown by verbs, printed as "quench: text" by the command line.
class Refusal : public std::runtime_error {
  public:
    Refusal(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

}  // namespace quench::orchestrator::cli

// Collects what is wrong with a study file.
#pragma once

#include "orchestrator/study/study_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace quench::orchestrator::study {

/// The three parts of every message: "<problem> (<why>) <way out>".
struct Complaint {
    std::string problem;
    std::string why;
    std::string way_out;
};

std::string to_text(const Complaint& complaint);

/// A user's text as it stands in a message: in single quotes, cut to a readable length, control characters
/// shown as '?' so that a file cannot drive the terminal.
std::string quoted(std::string_view text);

class Report {
  public:
    void add(int line, const Complaint& complaint);
    void add(int line, std::string text);

    [[nodiscard]] bool empty() const { return errors_.empty(); }
    [[nodiscard]] std::size_t count() const { return errors_.size(); }

    /// In the order of lines.
    [[nodiscard]] std::vector<FileError> take() &&;

  private:
    std::vector<FileError> errors_;
    std::size_t dropped_ = 0;
};

}  // namespace quench::orchestrator::study

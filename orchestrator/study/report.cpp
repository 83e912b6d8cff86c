#include "orchestrator/study/report.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace quench::orchestrator::study {
namespace {

// A generated or binary-like file can be wrong on every line; nobody reads on after this many.
constexpr std::size_t most_errors = 50;
constexpr std::size_t longest_quote = 60;

}  // namespace

std::string to_text(const Complaint& complaint) {
    return fmt::format("{} ({}) {}", complaint.problem, complaint.why, complaint.way_out);
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    std::size_t taken = 0;
    for (; taken < text.size(); ++taken) {
        const auto byte = static_cast<unsigned char>(text[taken]);
        const bool starts_a_character = (byte & 0xC0u) != 0x80u;
        if (taken >= longest_quote && starts_a_character) break;
        out += byte < 0x20 || byte == 0x7F ? '?' : text[taken];
    }
    return out + (taken < text.size() ? "...'" : "'");
}

void Report::add(int line, const Complaint& complaint) {
    add(line, to_text(complaint));
}

void Report::add(int line, std::string text) {
    if (errors_.size() < most_errors)
        errors_.push_back({line, std::move(text)});
    else
        ++dropped_;
}

std::vector<FileError> Report::take() && {
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](const FileError& a, const FileError& b) { return a.line < b.line; });
    if (dropped_ > 0)
        errors_.push_back({0, fmt::format("{} further errors are not shown (only the first {} are kept) "
                                          "correct these and validate again",
                                          dropped_, most_errors)});
    return std::move(errors_);
}

}  // namespace quench::orchestrator::study

// Picks the report lines out of a program's standard output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quench::worker::io {

/// Text comes in pieces of any size; whole lines that begin with "quench:" come out. What a progress bar
/// overwrote (text before a carriage return) does not count as the begin of a line. Never keeps more than
/// `line_bytes`.
class LineFilter {
  public:
    explicit LineFilter(std::size_t line_bytes) : line_bytes_(line_bytes) {}

    void feed(std::string_view text, std::vector<std::string>& lines);
    /// The output ended: a last line without its newline counts.
    void finish(std::vector<std::string>& lines) { feed("\n", lines); }

    [[nodiscard]] std::uint64_t too_long() const { return too_long_; }

  private:
    enum class State {
        deciding,  ///< the line so far is a part of the prefix
        keeping,   ///< a report line
        returned,  ///< a report line, and then a carriage return: the line's end or a progress bar
        skipping,
        overlong,
    };
    void take(char c, std::vector<std::string>& lines);

    std::size_t line_bytes_;
    State state_ = State::deciding;
    std::string kept_;
    std::uint64_t too_long_ = 0;
};

}  // namespace quench::worker::io

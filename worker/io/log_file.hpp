// The log of one attempt, bounded: its beginning, and when there is more, its end.
#pragma once

#include "base/result.hpp"
#include "worker/io/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace quench::worker::io {

struct LogLimits {
    std::size_t head_bytes = 8 << 20;   ///< a day of a chatty training; a study of 10,000 stays below 80 GB
    std::size_t tail_bytes = 64 << 10;  ///< the last words, where the error is
};

/// Nothing that is written to it fails: what the disk does not take counts as left out.
class LogFile {
  public:
    static base::Result<LogFile> open(const std::filesystem::path& path, const LogLimits& limits);

    void write(std::string_view text);
    /// Appends the tail after a line that says how much is left out between. Returns that number.
    std::uint64_t finish();

    /// The last bytes written, `recent_bytes` at most: where a program that failed says why.
    [[nodiscard]] const std::string& recent() const { return recent_; }

  private:
    static constexpr std::size_t recent_bytes = 4096;

    LogFile(Descriptor file, const LogLimits& limits) : file_(std::move(file)), limits_(limits) {}

    std::size_t put(std::string_view text);

    Descriptor file_;
    LogLimits limits_;
    std::size_t written_ = 0;
    std::uint64_t beyond_ = 0;  ///< bytes after the head; the last of them are in tail_
    std::string tail_;
    std::string recent_;
};

}  // namespace quench::worker::io

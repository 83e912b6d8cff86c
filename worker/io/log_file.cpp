#include "worker/io/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>

namespace quench::worker::io {

base::Result<LogFile> LogFile::open(const std::filesystem::path& path, const LogLimits& limits) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file) return base::Error("cannot write " + path.string() + " (" + std::strerror(errno) + ")");
    return LogFile(std::move(file), limits);
}

void LogFile::write(std::string_view text) {
    recent_ += text.substr(text.size() - std::min(text.size(), recent_bytes));
    if (recent_.size() > recent_bytes) recent_.erase(0, recent_.size() - recent_bytes);
    if (written_ < limits_.head_bytes && beyond_ == 0) {
        const auto done = put(text.substr(0, limits_.head_bytes - written_));
        text.remove_prefix(done);
    }
    if (text.empty()) return;
    beyond_ += text.size();
    if (text.size() >= limits_.tail_bytes) {
        tail_ = text.substr(text.size() - limits_.tail_bytes);
        return;
    }
    tail_ += text;
    // Cut now and then, not at every write: the tail may be twice as long meanwhile.
    if (tail_.size() > 2 * limits_.tail_bytes) tail_.erase(0, tail_.size() - limits_.tail_bytes);
}

std::uint64_t LogFile::finish() {
    if (tail_.size() > limits_.tail_bytes) tail_.erase(0, tail_.size() - limits_.tail_bytes);
    const auto left_out = beyond_ - tail_.size();
    if (left_out > 0) put("\n[quench: " + std::to_string(left_out) + " bytes are left out here]\n");
    put(tail_);
    tail_.clear();
    file_.reset();
    return left_out;
}

std::size_t LogFile::put(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::write(file_.get(), text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    written_ += done;
    return done;
}

}  // namespace quench::worker::io

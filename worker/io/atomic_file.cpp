#include "worker/io/atomic_file.hpp"

#include "worker/io/descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

namespace quench::worker::io {
namespace {

base::Error failed(const std::filesystem::path& path, const char* what) {
    const int why = errno;
    return base::Error("cannot " + std::string(what) + " " + path.string() + " (" + std::strerror(why) + ")");
}

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

}  // namespace

base::Result<> write_atomically(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    std::string temporary = path.string() + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file) return failed(path, "create a file beside");
    if (::fchmod(file.get(), mode) != 0 || !write_all(file.get(), content) || ::fsync(file.get()) != 0 ||
        std::rename(temporary.c_str(), path.c_str()) != 0) {
        const auto error = failed(path, "write");
        ::unlink(temporary.c_str());
        return error;
    }
    auto folder = path.parent_path();
    if (folder.empty()) folder = ".";
    // Some file systems cannot fsync a folder; the rename itself is done.
    if (const Descriptor d(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); d) ::fsync(d.get());
    return base::success();
}

}  // namespace quench::worker::io

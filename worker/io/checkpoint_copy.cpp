#include "worker/io/checkpoint_copy.hpp"

#include "worker/io/descriptor.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>

namespace quench::worker::io {
namespace {

namespace fs = std::filesystem;

base::Error not_there(const fs::path& from, const std::string& why) {
    return base::Error("cannot begin with the parent's checkpoint " + from.string() + " (" + why +
                       ") let all workers see one folder of trials, and the program write checkpoints into "
                       "checkpoint_dir");
}

base::Error not_copied(const fs::path& from, const fs::path& to, const std::string& why) {
    return base::Error("cannot copy " + from.string() + " to " + to.string() + " (" + why +
                       ") make room or correct the permissions there");
}

/// Empty when it is done. Folders as well as files; some file systems cannot sync a folder.
std::string synced(const fs::path& path, bool folder) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file && (::fsync(file.get()) == 0 || folder)) return "";
    return folder ? "" : std::strerror(errno);
}

}  // namespace

base::Result<> copy_checkpoint(const fs::path& from, const fs::path& to,
                               const std::function<bool()>& interrupted) {
    std::error_code error;
    if (fs::exists(to, error)) return base::success();
    const bool empty = fs::is_empty(from, error);
    if (error) return not_there(from, error.message());
    if (empty || !fs::is_directory(from, error)) return not_there(from, "it holds nothing");

    fs::path beside = to;
    beside += ".copy";
    fs::remove_all(beside, error);  // of an attempt that was killed
    if (!error) fs::create_directories(beside, error);
    if (error) return not_copied(from, beside, error.message());
    for (fs::recursive_directory_iterator entry(from, error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path target = beside / entry->path().lexically_relative(from);
        std::error_code why;
        std::string unsynced;
        const fs::file_status status = entry->symlink_status(why);
        if (why) {
            // Said below.
        } else if (fs::is_symlink(status)) {
            fs::copy_symlink(entry->path(), target, why);
        } else if (fs::is_directory(status)) {
            fs::create_directory(target, entry->path(), why);
        } else if (fs::is_regular_file(status)) {
            fs::copy_file(entry->path(), target, why);
            if (!why) unsynced = synced(target, false);
        }
        if (why || !unsynced.empty())
            return not_copied(entry->path(), target, why ? why.message() : unsynced);
        if (interrupted()) return base::Error("told to stop while the parent's checkpoint was being copied");
    }
    if (error) return not_copied(from, beside, error.message());
    synced(beside, true);
    fs::rename(beside, to, error);
    if (error) return not_copied(beside, to, error.message());
    synced(to.parent_path(), true);
    return base::success();
}

}  // namespace quench::worker::io

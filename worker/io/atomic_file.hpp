// Files that are there whole or not at all.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>

#include <sys/types.h>

namespace quench::worker::io {

/// Writes beside `path`, fsyncs, renames over it, fsyncs the folder. `mode` is exact, whatever the umask.
base::Result<> write_atomically(const std::filesystem::path& path, std::string_view content, mode_t mode);

}  // namespace quench::worker::io

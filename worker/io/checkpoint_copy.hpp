// The checkpoint that a trial begins with when it goes on from another one.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <functional>

namespace quench::worker::io {

/// Copies the folder `from` to `to`, which is there afterwards whole or not at all: written beside, synced,
/// renamed. Where `to` is there already nothing is done. Symbolic links are copied as they are, what is
/// neither file, folder nor link is left out.
///
/// An error names the place, the reason and a way out: `from` is not there or empty, a file cannot be copied,
/// or `interrupted` (asked after each file) said so.
base::Result<> copy_checkpoint(const std::filesystem::path& from, const std::filesystem::path& to,
                               const std::function<bool()>& interrupted);

}  // namespace quench::worker::io

// Bounds on times hold for ordinary builds.
#pragma once

namespace quench::search {

/// How many times slower sanitizers may make a build.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double slower_build = 8;
#else
inline constexpr double slower_build = 1;
#endif

}  // namespace quench::search

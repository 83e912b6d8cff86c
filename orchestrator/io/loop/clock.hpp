// The one place where the coordinator reads the time.
#pragma once

#include "base/time.hpp"

namespace quench::orchestrator::io {

inline base::TimePoint now() {
    return {std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

}  // namespace quench::orchestrator::io

// The coordinator's limits and times.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <string>

namespace quench::orchestrator::core {

struct Options {
    std::string build;  ///< named in Welcome and in refusals
    /// Workers say Heartbeat this often: seven can be lost before a lease ends.
    base::Duration heartbeat = std::chrono::seconds(2);
    /// Silence after which a worker's attempts are given to others. Longer than a short network fault,
    /// shorter than what users would wait for; a worker that comes back later is told to drop them.
    base::Duration lease = std::chrono::seconds(15);
    /// Start and Stop are repeated this often until they are seen to be carried out.
    base::Duration resend = std::chrono::seconds(2);
    /// More workers than this are refused: each is a connection, and descriptors are limited.
    std::size_t workers = 10'000;
    /// A worker with more slots is refused: free slots are filled with trials in one step, and a slip of the
    /// pen (or a hostile peer) must not make that step endless. The ranks of 32 nodes with 128 cores.
    int slots_of_a_worker = 4096;
};

}  // namespace quench::orchestrator::core

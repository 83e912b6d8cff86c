// Processes as /proc shows them.
#pragma once

#include <set>
#include <vector>

#include <sys/types.h>

namespace quench::worker::io {

struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    char state = '?';  ///< Z: dead, not yet reaped
};

/// Every process of this host.
std::vector<Process> processes();

/// The descendants of `root` (without it) that are not dead.
std::vector<pid_t> descendants(pid_t root);

/// SIGKILL to the descendants of this process until there are none; children that are in `spared`, and what
/// descends from them, are left alone. Reaps what it killed, but none of the spared. Gives up after `rounds`
/// rounds of growing pauses (the last ones of 50 ms): a process in the kernel's hands cannot die.
///
/// Whoever calls it must be a subreaper, so that a child whose parent dies comes to it.
struct Cull {
    int killed = 0;  ///< different processes
    bool complete = true;
};
Cull kill_descendants(const std::set<pid_t>& spared, int rounds);

}  // namespace quench::worker::io

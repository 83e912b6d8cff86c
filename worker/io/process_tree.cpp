#include "worker/io/process_tree.hpp"

#include "worker/io/descriptor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <thread>

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>

namespace quench::worker::io {
namespace {

/// "123 (any (name) at all) S 1 ...": state and parent follow the last parenthesis.
bool read_stat(const char* pid_text, Process& out) {
    const std::string_view digits = pid_text;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), out.pid).ptr !=
        digits.data() + digits.size())
        return false;
    const std::string path = "/proc/" + std::string(digits) + "/stat";
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return false;
    std::array<char, 512> buffer{};
    const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
    if (n <= 0) return false;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
    const auto close = text.rfind(')');
    if (close == text.npos || text.size() < close + 5) return false;
    out.state = text[close + 2];
    const auto parent = text.substr(close + 4);
    return std::from_chars(parent.data(), parent.data() + parent.size(), out.parent).ec == std::errc();
}

/// `root`'s descendants, without those below a spared child.
std::vector<pid_t> below(pid_t root, const std::set<pid_t>& spared) {
    std::multimap<pid_t, Process> by_parent;
    for (const Process& p : processes()) by_parent.emplace(p.parent, p);
    std::vector<pid_t> out;
    std::vector<pid_t> open = {root};
    while (!open.empty()) {
        const pid_t parent = open.back();
        open.pop_back();
        for (auto [it, end] = by_parent.equal_range(parent); it != end; ++it) {
            const Process& p = it->second;
            if (spared.contains(p.pid)) continue;
            if (p.state != 'Z' && p.state != 'X') out.push_back(p.pid);
            open.push_back(p.pid);  // a dead main thread can still have children listed
        }
    }
    return out;
}

/// Reaps the dead children that are not spared.
void reap_the_killed(const std::vector<pid_t>& killed) {
    for (const pid_t pid : killed) ::waitpid(pid, nullptr, WNOHANG);  // fails for grandchildren: later
}

}  // namespace

std::vector<Process> processes() {
    std::vector<Process> out;
    DIR* proc = ::opendir("/proc");
    if (proc == nullptr) return out;
    while (const dirent* entry = ::readdir(proc)) {
        Process p;
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && read_stat(entry->d_name, p))
            out.push_back(p);
    }
    ::closedir(proc);
    return out;
}

std::vector<pid_t> descendants(pid_t root) {
    return below(root, {});
}

Cull kill_descendants(const std::set<pid_t>& spared, int rounds) {
    Cull out;
    std::set<pid_t> seen;
    auto pause = std::chrono::milliseconds(1);
    for (int round = 0; round < rounds; ++round) {
        const auto found = below(::getpid(), spared);
        std::vector<pid_t> all(seen.begin(), seen.end());
        reap_the_killed(all);
        if (found.empty()) {
            out.killed = static_cast<int>(seen.size());
            return out;
        }
        for (const pid_t pid : found) {
            ::kill(pid, SIGKILL);
            seen.insert(pid);
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(50));
    }
    out.killed = static_cast<int>(seen.size());
    out.complete = false;
    return out;
}

}  // namespace quench::worker::io

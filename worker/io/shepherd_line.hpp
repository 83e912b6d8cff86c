// What a worker and a shepherd say to each other, over a socket that keeps messages whole.
//
//   worker to shepherd:  "terminate", "kill"; end of file means that the worker is dead
//   shepherd to worker:  "started PID", "failed WHY", "exited STATUS LEFTOVERS", "signalled SIGNAL LEFTOVERS"
//
// After "failed", "exited" or "signalled" nothing of the attempt is left; the shepherd removes the temporary
// folder and exits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace quench::worker::io::shepherd {

struct Started {
    long pid = 0;
};
struct Failed {
    std::string why;
};
struct Exited {
    int status = 0;
    int leftovers = 0;
};
struct Signalled {
    int signal = 0;
    int leftovers = 0;
};
using Word = std::variant<Started, Failed, Exited, Signalled>;

inline constexpr std::string_view terminate = "terminate";
inline constexpr std::string_view kill = "kill";

std::string to_text(const Word& word);
std::optional<Word> word_from_text(std::string_view text);

/// Sends a whole message; false when the other side is gone.
bool say(int socket, std::string_view text);

struct Nobody {};
struct Silence {};
/// The next message, or that there is none (yet).
std::variant<std::string, Silence, Nobody> hear(int socket);

}  // namespace quench::worker::io::shepherd

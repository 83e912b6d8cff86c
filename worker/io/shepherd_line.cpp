#include "worker/io/shepherd_line.hpp"

#include <array>
#include <cerrno>
#include <sstream>

#include <sys/socket.h>

namespace quench::worker::io::shepherd {
namespace {

constexpr std::size_t longest = 4096;

std::string spell(const Started& w) {
    return "started " + std::to_string(w.pid);
}
std::string spell(const Failed& w) {
    return "failed " + w.why.substr(0, longest / 2);
}
std::string spell(const Exited& w) {
    return "exited " + std::to_string(w.status) + " " + std::to_string(w.leftovers);
}
std::string spell(const Signalled& w) {
    return "signalled " + std::to_string(w.signal) + " " + std::to_string(w.leftovers);
}

}  // namespace

std::string to_text(const Word& word) {
    return std::visit([](const auto& w) { return spell(w); }, word);
}

std::optional<Word> word_from_text(std::string_view text) {
    if (text.starts_with("failed ")) return Failed{std::string(text.substr(7))};
    std::istringstream in{std::string(text)};
    std::string name;
    in >> name;
    if (Started w; name == "started" && in >> w.pid) return w;
    if (Exited w; name == "exited" && in >> w.status >> w.leftovers) return w;
    if (Signalled w; name == "signalled" && in >> w.signal >> w.leftovers) return w;
    return std::nullopt;
}

bool say(int socket, std::string_view text) {
    for (;;) {
        if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) >= 0) return true;
        if (errno != EINTR) return false;
    }
}

std::variant<std::string, Silence, Nobody> hear(int socket) {
    std::array<char, longest> buffer{};
    for (;;) {
        const ssize_t n = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) return std::string(buffer.data(), static_cast<std::size_t>(n));
        if (n == 0) return Nobody{};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Silence{};
        if (errno != EINTR) return Nobody{};
    }
}

}  // namespace quench::worker::io::shepherd

#include "worker/io/access.hpp"

#include "worker/io/atomic_file.hpp"
#include "worker/io/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <zmq.hpp>

namespace quench::worker::io {
namespace {

using nlohmann::json;

constexpr std::size_t key_length = 40;
constexpr std::size_t largest_file = 1 << 16;  // a real one has ~250 bytes

base::Error trouble(const std::filesystem::path& path, const std::string& what) {
    return base::Error("access file " + path.string() + ": " + what);
}

base::Result<std::string> read_whole(int fd, const std::filesystem::path& path) {
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() <= largest_file) {
        const ssize_t n = ::read(fd, part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return trouble(path, std::string("cannot be read (") + std::strerror(errno) + ")");
        if (n == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(n));
    }
    return trouble(path, "is longer than 64 KiB, so it is no access file; give the one 'quench serve' wrote");
}

bool is_key(const std::string& text) {
    std::array<std::uint8_t, 32> bytes{};
    return text.size() == key_length && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

}  // namespace

base::Result<KeyPair> new_key_pair() {
    std::array<char, key_length + 1> public_key{};
    std::array<char, key_length + 1> secret_key{};
    if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        return base::Error(std::string("cannot make CURVE keys (") + zmq_strerror(zmq_errno()) +
                           "); libzmq must be built with CURVE");
    return KeyPair{public_key.data(), secret_key.data()};
}

base::Result<> write_access(const std::filesystem::path& path, const Access& access) {
    const json body = {{"endpoint", access.endpoint},
                       {"server_public", access.server_public},
                       {"client_public", access.client_public},
                       {"client_secret", access.client_secret}};
    const auto text = body.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    return write_atomically(path, text, S_IRUSR | S_IWUSR);
}

base::Result<Access> read_access(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return trouble(
            path, std::string("cannot be opened (") + std::strerror(errno) + "); 'quench serve' writes it");
    struct stat about {};
    if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
        return trouble(path, "is no regular file");
    if (about.st_uid != ::geteuid())
        return trouble(path, "belongs to user " + std::to_string(about.st_uid) + ", not to you (user " +
                                 std::to_string(::geteuid()) +
                                 "), so its owner could change whom you obey; copy it and use the copy");
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return trouble(path,
                       "is open to other users, who could take the keys; run chmod 600 " + path.string());
    const auto text = read_whole(file.get(), path);
    if (!text) return text.error();
    const json body = json::parse(*text, nullptr, false);
    if (!body.is_object()) return trouble(path, "is no JSON object; 'quench serve' writes a good one");
    Access out;
    for (const auto& [name, field] : {std::pair{"endpoint", &out.endpoint},
                                      {"server_public", &out.server_public},
                                      {"client_public", &out.client_public},
                                      {"client_secret", &out.client_secret}}) {
        const auto found = body.find(name);
        if (found == body.end() || !found->is_string())
            return trouble(path, "has no text '" + std::string(name) + "'; 'quench serve' writes a good one");
        *field = found->get<std::string>();
        if (field != &out.endpoint && !is_key(*field))
            return trouble(path, "'" + std::string(name) + "' is no CURVE key (40 characters of Z85)");
    }
    return out;
}

}  // namespace quench::worker::io

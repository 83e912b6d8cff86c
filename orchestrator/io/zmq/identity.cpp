#include "orchestrator/io/zmq/identity.hpp"

#include "worker/io/atomic_file.hpp"

#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace quench::orchestrator::io {
namespace {

base::Result<Identity> new_identity() {
    auto server = worker::io::new_key_pair();
    if (!server) return server.error();
    auto client = worker::io::new_key_pair();
    if (!client) return client.error();
    return Identity{*server, *client, ""};
}

}  // namespace

base::Result<Identity> load_or_create_identity(const std::filesystem::path& file) {
    struct stat info {};
    if (stat(file.c_str(), &info) != 0) return new_identity();
    if ((info.st_mode & 077) != 0 || info.st_uid != geteuid()) {
        return base::Error(
            fmt::format("{} can be opened by others (it holds the coordinator's secret key); delete it for "
                        "new keys, or chmod 600 it if nobody read it",
                        file.string()));
    }
    std::ifstream stream(file);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto field = [&](const char* name) {
        const bool there = json.is_object() && json.contains(name) && json[name].is_string();
        return there ? json[name].get<std::string>() : std::string();
    };
    Identity identity{{field("server_public"), field("server_secret")},
                      {field("client_public"), field("client_secret")},
                      field("bind")};
    constexpr std::size_t z85_key = 40;
    for (const std::string* key : {&identity.server.public_key, &identity.server.secret_key,
                                   &identity.client.public_key, &identity.client.secret_key}) {
        if (key->size() != z85_key) {
            return base::Error(fmt::format(
                "{} holds no keys (it is damaged or not Quench's); delete it for new ones", file.string()));
        }
    }
    return identity;
}

base::Result<> save_identity(const std::filesystem::path& file, const Identity& identity) {
    const nlohmann::json json{{"server_public", identity.server.public_key},
                              {"server_secret", identity.server.secret_key},
                              {"client_public", identity.client.public_key},
                              {"client_secret", identity.client.secret_key},
                              {"bind", identity.bind}};
    return worker::io::write_atomically(file, json.dump(2) + "\n", 0600);
}

std::string endpoint_for_clients(const std::string& bound, const std::string& host) {
    const std::string any = "tcp://0.0.0.0:";
    return bound.starts_with(any) ? "tcp://" + host + ":" + bound.substr(any.size()) : bound;
}

}  // namespace quench::orchestrator::io

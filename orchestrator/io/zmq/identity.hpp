// What a coordinator keeps between its lives, so that workers find and trust it again after a restart: its
// keys and its address. A file of mode 0600 beside the access file; it holds the server's secret and never
// leaves the host.
#pragma once

#include "base/result.hpp"
#include "worker/io/access.hpp"

#include <filesystem>
#include <string>

namespace quench::orchestrator::io {

struct Identity {
    worker::io::KeyPair server;
    worker::io::KeyPair client;
    std::string bind;  ///< with the port that was bound, "" for a new identity
    friend bool operator==(const Identity&, const Identity&) = default;
};

/// The identity of an earlier life, or a new one when there is no file. Refuses a file that others can read,
/// or that is damaged (the error says which, and that deleting it gives new keys).
base::Result<Identity> load_or_create_identity(const std::filesystem::path& file);

base::Result<> save_identity(const std::filesystem::path& file, const Identity& identity);

/// What workers on other hosts connect to: a wildcard address becomes this host's name.
std::string endpoint_for_clients(const std::string& bound, const std::string& host);

}  // namespace quench::orchestrator::io

// The access file: where the coordinator listens and the keys that open it.
//
//   {"endpoint": "tcp://head:5570", "server_public": "...", "client_public": "...", "client_secret": "..."}
//
// Whoever can read it can give orders to the study, so it is written with mode 0600 and not read when others
// could have read or changed it. The server's secret key is not in it. Keys are CURVE keys in Z85, 40
// characters.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace quench::worker::io {

struct KeyPair {
    std::string public_key;
    std::string secret_key;
    friend bool operator==(const KeyPair&, const KeyPair&) = default;
};

/// A fresh pair; fails only if libzmq was built without CURVE.
base::Result<KeyPair> new_key_pair();

struct Access {
    std::string endpoint;
    std::string server_public;
    std::string client_public;
    std::string client_secret;
    friend bool operator==(const Access&, const Access&) = default;
};

/// Replaces the file at `path` as a whole: a reader sees the old or the new one, also after a power cut.
base::Result<> write_access(const std::filesystem::path& path, const Access& access);

/// Refuses a file that belongs to another user or that group or others may open.
base::Result<Access> read_access(const std::filesystem::path& path);

}  // namespace quench::worker::io

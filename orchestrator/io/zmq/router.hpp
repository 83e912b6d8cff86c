// The coordinator's socket: a ZeroMQ ROUTER that only speaks CURVE with keys it knows.
//
// A peer without the key gets nothing, not even an error; `refusals` has a line for the log. One thread.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "orchestrator/core/input.hpp"
#include "worker/io/access.hpp"
#include "worker/protocol/codec.hpp"

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace quench::orchestrator::io {

struct RouterOptions {
    std::string bind;  ///< tcp://127.0.0.1:* for a port of the system's choice
    worker::io::KeyPair server_keys;
    std::set<std::string> client_keys;  ///< public keys that may connect, in Z85
    worker::protocol::Limits limits;
    int queue = 10'000;    ///< messages a peer; what is above is dropped and sent again by the protocol
    int backlog = 4096;    ///< connections not yet accepted: all workers of a cluster reconnect at once
    int linger_ms = 1000;  ///< how long closing waits for last words
};

class Router {
  public:
    /// Fails when the address cannot be bound.
    static base::Result<std::unique_ptr<Router>> open(const RouterOptions& options);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// As bound, with the port: tcp://127.0.0.1:40211.
    [[nodiscard]] const std::string& endpoint() const;

    /// Waits until a message is there, one of the descriptors is readable, or the time is over; answers
    /// handshakes meanwhile.
    void wait(std::span<const int> descriptors, base::Duration patience);

    struct Incoming {
        core::Peer peer;
        worker::protocol::Frame frame;
    };
    /// The next message, or nothing. Messages of another shape than [identity, body] are dropped.
    std::optional<Incoming> receive();

    /// A peer that is gone gets nothing; that is no error.
    void send(const core::Peer& peer, std::span<const std::uint8_t> frame);

    /// Connections refused since the last call, one line each.
    std::vector<std::string> refusals();

  private:
    struct Sockets;
    explicit Router(std::unique_ptr<Sockets> sockets);
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace quench::orchestrator::io

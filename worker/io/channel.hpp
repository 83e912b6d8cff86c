// The line to the coordinator: a ZeroMQ DEALER, encrypted and authenticated with CURVE.
//
// It connects by itself, again and again, and keeps what is sent meanwhile up to a bound. A message can be
// lost when the connection breaks; the protocol above acknowledges and repeats. Each Channel has a routing id
// of its own, so a coordinator never mistakes a new incarnation for an old one. One thread.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "worker/io/access.hpp"
#include "worker/protocol/codec.hpp"

#include <memory>
#include <optional>
#include <span>

namespace quench::worker::io {

struct ChannelOptions {
    protocol::Limits limits;
    int queue = 4096;      ///< messages a direction; a worker's window of unacknowledged ones is far below
    int linger_ms = 1000;  ///< how long closing waits for last words; bounded, so that an exit never hangs
    int reconnect_ms = 50;
    int reconnect_max_ms = 1000;       ///< a restarted coordinator is found again within a second
    int heartbeat_ms = 2000;           ///< ZeroMQ's own, so that a dead connection is noticed and made anew
    int heartbeat_timeout_ms = 10000;  ///< short pauses of the coordinator (a slow disk) do not cut the line
};

class Channel {
  public:
    /// Fails when the endpoint or a key has no meaning; an absent coordinator is no failure.
    static base::Result<std::unique_ptr<Channel>> open(const Access& access,
                                                       const ChannelOptions& options = {});
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Becomes readable when something happened; edge-triggered. Before waiting on it, `receive` until
    /// nothing is left, after the last `send`.
    [[nodiscard]] int fd() const;

    /// False when the queue is full: the message is not sent.
    bool send(std::span<const std::uint8_t> frame);

    /// The next message, or nothing. Messages of more than one part are dropped.
    std::optional<protocol::Frame> receive();

    /// Waits for the next message.
    std::optional<protocol::Frame> receive_within(base::Duration patience);

  private:
    struct Socket;
    explicit Channel(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace quench::worker::io

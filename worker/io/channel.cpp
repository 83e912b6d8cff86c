#include "worker/io/channel.hpp"

#include <algorithm>

#include <zmq.hpp>

namespace quench::worker::io {

struct Channel::Socket {
    // One context a channel: its one io thread ends with it.
    zmq::context_t context{1};
    zmq::socket_t dealer{context, zmq::socket_type::dealer};
    int fd = -1;
};

Channel::Channel(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
Channel::~Channel() = default;

base::Result<std::unique_ptr<Channel>> Channel::open(const Access& access, const ChannelOptions& options) {
    try {
        auto socket = std::make_unique<Socket>();
        auto& dealer = socket->dealer;
        namespace opt = zmq::sockopt;
        dealer.set(opt::curve_serverkey, access.server_public);
        dealer.set(opt::curve_publickey, access.client_public);
        dealer.set(opt::curve_secretkey, access.client_secret);
        dealer.set(opt::linger, options.linger_ms);
        dealer.set(opt::sndhwm, options.queue);
        dealer.set(opt::rcvhwm, options.queue);
        dealer.set(opt::reconnect_ivl, options.reconnect_ms);
        dealer.set(opt::reconnect_ivl_max, options.reconnect_max_ms);
        dealer.set(opt::heartbeat_ivl, options.heartbeat_ms);
        dealer.set(opt::heartbeat_timeout, options.heartbeat_timeout_ms);
        dealer.set(opt::maxmsgsize, static_cast<std::int64_t>(options.limits.frame_bytes));
        // No routing id is set: the ROUTER makes a fresh one for every connection.
        dealer.connect(access.endpoint);
        socket->fd = dealer.get(opt::fd);
        return std::unique_ptr<Channel>(new Channel(std::move(socket)));
    } catch (const zmq::error_t& e) {
        return base::Error("cannot connect to '" + access.endpoint + "' (" + e.what() + ")");
    }
}

int Channel::fd() const {
    return socket_->fd;
}

bool Channel::send(std::span<const std::uint8_t> frame) {
    try {
        return socket_->dealer.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::dontwait)
            .has_value();
    } catch (const zmq::error_t&) {
        return false;
    }
}

std::optional<protocol::Frame> Channel::receive() {
    try {
        for (;;) {
            zmq::message_t message;
            if (!socket_->dealer.recv(message, zmq::recv_flags::dontwait)) return std::nullopt;
            if (!message.more()) {
                const auto* data = message.data<std::uint8_t>();
                return protocol::Frame(data, data + message.size());
            }
            // The parts of one message arrive together.
            while (message.more() && socket_->dealer.recv(message, zmq::recv_flags::dontwait)) {
            }
        }
    } catch (const zmq::error_t&) {
        return std::nullopt;
    }
}

std::optional<protocol::Frame> Channel::receive_within(base::Duration patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        if (auto frame = receive()) return frame;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return std::nullopt;
        zmq::pollitem_t item{socket_->dealer.handle(), 0, ZMQ_POLLIN, 0};
        try {
            zmq::poll(&item, 1, std::min(left, std::chrono::milliseconds(60'000)));
        } catch (const zmq::error_t& e) {
            if (e.num() != EINTR) return std::nullopt;
        }
    }
}

}  // namespace quench::worker::io

#include "orchestrator/io/zmq/router.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.hpp>
#include <zmq_addon.hpp>

namespace quench::orchestrator::io {
namespace {

constexpr const char* monitor_address = "inproc://quench-router-monitor";
// A refused client library tries again every few milliseconds: refusals wait here, bounded, until they are
// read.
constexpr std::size_t most_refusals = 64;

std::string address_of_peer(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
        inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    } else if (address.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
        inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    }
    return text.data();
}

std::string z85(const zmq::message_t& key) {
    std::array<char, 41> text{};
    if (key.size() != 32 ||
        zmq_z85_encode(text.data(), static_cast<const std::uint8_t*>(key.data()), 32) == nullptr) {
        return "";
    }
    return text.data();
}

}  // namespace

struct Router::Sockets {
    explicit Sockets(const RouterOptions& options)
        : allowed(options.client_keys),
          zap(context, zmq::socket_type::rep),
          router(context, zmq::socket_type::router),
          monitor(context, zmq::socket_type::pair) {
        context.set(zmq::ctxopt::max_sockets, 1 << 16);
        zap.bind("inproc://zeromq.zap.01");
        router.set(zmq::sockopt::curve_server, true);
        router.set(zmq::sockopt::curve_secretkey, options.server_keys.secret_key);
        router.set(zmq::sockopt::zap_domain, "quench");
        router.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(options.limits.frame_bytes));
        router.set(zmq::sockopt::sndhwm, options.queue);
        router.set(zmq::sockopt::rcvhwm, options.queue);
        router.set(zmq::sockopt::backlog, options.backlog);
        router.set(zmq::sockopt::linger, options.linger_ms);
        const int events =
            ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
        zmq_socket_monitor(router.handle(), monitor_address, events);
        monitor.connect(monitor_address);
        router.bind(options.bind);
        endpoint = router.get(zmq::sockopt::last_endpoint);
    }

    ~Sockets() { zmq_socket_monitor(router.handle(), nullptr, 0); }

    void refuse(std::string line) {
        if (refused.size() < most_refusals) refused.push_back(std::move(line));
    }

    /// RFC 27: [version, request id, domain, address, identity, mechanism, credentials...].
    void authenticate() {
        for (;;) {
            std::vector<zmq::message_t> request;
            if (!zmq::recv_multipart(zap, std::back_inserter(request), zmq::recv_flags::dontwait)) return;
            const auto text = [&](std::size_t i) {
                return i < request.size() ? request[i].to_string() : std::string();
            };
            const std::string key = request.size() > 6 && text(5) == "CURVE" ? z85(request[6]) : "";
            const bool known = allowed.contains(key);
            if (!known) {
                refuse(
                    fmt::format("refused a connection from {}: its key {} is not the one in the access file",
                                text(3), key.empty() ? "(none)" : key));
            }
            const std::array<std::string, 6> reply{
                text(0), text(1), known ? "200" : "400", known ? "OK" : "unknown key", known ? "client" : "",
                ""};
            std::vector<zmq::const_buffer> frames;
            for (const std::string& part : reply) frames.push_back(zmq::buffer(part));
            (void)zmq::send_multipart(zap, frames);
        }
    }

    /// A peer that speaks no CURVE fails before authentication; ZeroMQ tells only through its monitor,
    /// without the address, so the latest accepted one is named, if its connection was still open when we
    /// asked.
    void observe() {
        for (;;) {
            std::vector<zmq::message_t> event;
            if (!zmq::recv_multipart(monitor, std::back_inserter(event), zmq::recv_flags::dontwait)) return;
            if (event.size() != 2 || event[0].size() < 6) continue;
            std::uint16_t kind = 0;
            std::uint32_t value = 0;
            std::memcpy(&kind, event[0].data(), sizeof kind);
            std::memcpy(&value, static_cast<const char*>(event[0].data()) + sizeof kind, sizeof value);
            if (kind == ZMQ_EVENT_ACCEPTED) {
                const std::string address = address_of_peer(static_cast<int>(value));
                if (!address.empty()) last_accepted = address;
            } else {
                refuse(fmt::format("refused a connection from {}: it does not speak CURVE (no key)",
                                   last_accepted.empty() ? "an unknown address" : last_accepted));
            }
        }
    }

    zmq::context_t context;
    std::set<std::string> allowed;
    zmq::socket_t zap;
    zmq::socket_t router;
    zmq::socket_t monitor;
    std::string endpoint;
    std::string last_accepted;
    std::vector<std::string> refused;
};

base::Result<std::unique_ptr<Router>> Router::open(const RouterOptions& options) {
    try {
        return std::unique_ptr<Router>(new Router(std::make_unique<Sockets>(options)));
    } catch (const zmq::error_t& error) {
        return base::Error(fmt::format("cannot listen on {} ({}); choose another address with --bind",
                                       options.bind, error.what()));
    }
}

Router::Router(std::unique_ptr<Sockets> sockets) : sockets_(std::move(sockets)) {}
Router::~Router() = default;

const std::string& Router::endpoint() const {
    return sockets_->endpoint;
}

void Router::wait(std::span<const int> descriptors, base::Duration patience) {
    std::vector<zmq::pollitem_t> items{{sockets_->router.handle(), 0, ZMQ_POLLIN, 0},
                                       {sockets_->zap.handle(), 0, ZMQ_POLLIN, 0},
                                       {sockets_->monitor.handle(), 0, ZMQ_POLLIN, 0}};
    for (const int fd : descriptors) items.push_back({nullptr, fd, ZMQ_POLLIN, 0});
    try {
        zmq::poll(items, std::chrono::ceil<std::chrono::milliseconds>(patience));
    } catch (const zmq::error_t&) {
        return;  // interrupted by a signal: the caller looks at everything anyway
    }
    sockets_->authenticate();
    sockets_->observe();
}

std::optional<Router::Incoming> Router::receive() {
    for (;;) {
        std::vector<zmq::message_t> parts;
        if (!zmq::recv_multipart(sockets_->router, std::back_inserter(parts), zmq::recv_flags::dontwait))
            return std::nullopt;
        if (parts.size() != 2) continue;
        const auto* body = static_cast<const std::uint8_t*>(parts[1].data());
        return Incoming{parts[0].to_string(), worker::protocol::Frame(body, body + parts[1].size())};
    }
}

void Router::send(const core::Peer& peer, std::span<const std::uint8_t> frame) {
    const std::array<zmq::const_buffer, 2> parts{zmq::buffer(peer),
                                                 zmq::const_buffer(frame.data(), frame.size())};
    try {
        (void)zmq::send_multipart(sockets_->router, parts, zmq::send_flags::dontwait);
    } catch (const zmq::error_t&) {
        // The peer is gone or its queue is full: the protocol repeats what matters.
    }
}

std::vector<std::string> Router::refusals() {
    return std::exchange(sockets_->refused, {});
}

}  // namespace quench::orchestrator::io

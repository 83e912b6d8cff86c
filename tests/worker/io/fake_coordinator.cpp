#include "tests/worker/io/fake_coordinator.hpp"

#include <zmq.hpp>

namespace quench::worker::io {

struct Stage::Router {
    zmq::context_t context{1};
    zmq::socket_t socket{context, zmq::socket_type::router};
};

Stage::Stage() {
    open("tcp://127.0.0.1:*");
}

Stage::~Stage() {
    if (worker > 0) {
        ::kill(worker, SIGKILL);
        ::waitpid(worker, nullptr, 0);
    }
    // What a failed test has left.
    for (const pid_t pid : processes_of(token)) ::kill(pid, SIGKILL);
}

void Stage::say(const Frame& frame) {
    router_->socket.send(zmq::buffer(peer_), zmq::send_flags::sndmore);
    router_->socket.send(zmq::buffer(frame));
}

void Stage::close() {
    router_.reset();
}

void Stage::open(const std::string& endpoint) {
    router_ = std::make_unique<Router>();
    auto& socket = router_->socket;
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, server_.secret_key);
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvtimeo, 20);
    // A socket that was just closed holds its port a moment longer.
    for (const auto end = std::chrono::steady_clock::now() + 10s;;) {
        try {
            socket.bind(endpoint);
            break;
        } catch (const zmq::error_t& e) {
            if (e.num() != EADDRINUSE || std::chrono::steady_clock::now() > end) throw;
            ::usleep(1000);
        }
    }
    endpoint_ = socket.get(zmq::sockopt::last_endpoint);
}

void Stage::turn() {
    zmq::message_t id;
    zmq::message_t body;
    if (!router_ || !router_->socket.recv(id) || !router_->socket.recv(body)) return;
    peer_ = id.to_string();
    const auto message = decode_to_coordinator({body.data<std::uint8_t>(), body.size()});
    ASSERT_TRUE(message) << message.error().text();
    if (const auto* h = std::get_if<Hello>(&*message)) {
        hello = *h;
        say(Welcome{version, "test", 100ms, 5s});
    }
    if (const auto* r = std::get_if<Report>(&*message)) {
        reports.push_back(*r);
        if (acknowledging) say(Ack{{r->seq}});
    }
    if (const auto* e = std::get_if<AttemptEnded>(&*message)) {
        ends.push_back(*e);
        if (acknowledging) say(Ack{{e->seq}});
    }
    if (std::holds_alternative<Heartbeat>(*message)) heartbeats.push_back(std::chrono::steady_clock::now());
    if (std::holds_alternative<Goodbye>(*message)) goodbye = true;
}

}  // namespace quench::worker::io

#include "worker/io/channel.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <zmq.hpp>

namespace quench::worker::io {
namespace {

using namespace std::chrono_literals;
using protocol::Frame;

/// A ROUTER with CURVE, as the coordinator has one.
struct Router {
    KeyPair server = new_key_pair().value();
    KeyPair client = new_key_pair().value();
    zmq::context_t context{1};
    zmq::socket_t socket{context, zmq::socket_type::router};

    explicit Router(const std::string& endpoint = "tcp://127.0.0.1:*") {
        socket.set(zmq::sockopt::curve_server, true);
        socket.set(zmq::sockopt::curve_secretkey, server.secret_key);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvtimeo, 10'000);
        socket.bind(endpoint);
    }
    [[nodiscard]] Access access() const {
        return {socket.get(zmq::sockopt::last_endpoint), server.public_key, client.public_key,
                client.secret_key};
    }
    std::string receive(std::string* from = nullptr) {
        zmq::message_t id;
        zmq::message_t body;
        if (!socket.recv(id) || !socket.recv(body)) return "nothing";
        if (from != nullptr) *from = id.to_string();
        return body.to_string();
    }
    void send(const std::string& to, const std::string& body) {
        socket.send(zmq::buffer(to), zmq::send_flags::sndmore);
        socket.send(zmq::buffer(body));
    }
};

Frame frame(const std::string& text) {
    return Frame(text.begin(), text.end());
}

TEST(Channel, messages_go_both_ways_under_encryption) {
    Router router;
    const auto channel = std::move(Channel::open(router.access()).value());
    EXPECT_FALSE(channel->receive());
    ASSERT_TRUE(channel->send(frame("hello")));
    std::string who;
    EXPECT_EQ(router.receive(&who), "hello");
    router.send(who, "welcome");
    pollfd item{channel->fd(), POLLIN, 0};
    std::optional<Frame> got;
    while (!(got = channel->receive())) ASSERT_GT(::poll(&item, 1, 10'000), 0) << "the fd tells of messages";
    EXPECT_EQ(*got, frame("welcome"));
}

TEST(Channel, every_channel_has_a_routing_id_of_its_own) {
    Router router;
    const auto first = std::move(Channel::open(router.access()).value());
    const auto second = std::move(Channel::open(router.access()).value());
    first->send(frame("a"));
    second->send(frame("a"));
    std::string one;
    std::string two;
    router.receive(&one);
    router.receive(&two);
    EXPECT_NE(one, two);
}

TEST(Channel, a_coordinator_that_does_not_know_the_server_key_is_not_heard) {
    Router router;
    auto access = router.access();
    access.server_public = new_key_pair().value().public_key;
    ChannelOptions options;
    options.linger_ms = 0;
    const auto channel = std::move(Channel::open(access, options).value());
    channel->send(frame("secret"));
    router.socket.set(zmq::sockopt::rcvtimeo, 300);
    EXPECT_EQ(router.receive(), "nothing");
}

TEST(Channel, a_coordinator_that_comes_later_gets_what_was_sent_before) {
    std::string endpoint;
    {
        const Router probe;
        endpoint = probe.access().endpoint;
    }
    auto server = new_key_pair().value();
    auto client = new_key_pair().value();
    const auto channel =
        std::move(Channel::open({endpoint, server.public_key, client.public_key, client.secret_key}).value());
    ASSERT_TRUE(channel->send(frame("early")));
    zmq::context_t context;
    zmq::socket_t late(context, zmq::socket_type::router);
    late.set(zmq::sockopt::curve_server, true);
    late.set(zmq::sockopt::curve_secretkey, server.secret_key);
    late.set(zmq::sockopt::rcvtimeo, 10'000);
    late.bind(endpoint);
    zmq::message_t part;
    ASSERT_TRUE(late.recv(part));
    ASSERT_TRUE(late.recv(part));
    EXPECT_EQ(part.to_string(), "early");
}

TEST(Channel, a_full_queue_says_so_and_does_not_block) {
    Router router;
    const auto endpoint = router.access();
    router.socket.close();
    ChannelOptions options;
    options.queue = 10;
    options.linger_ms = 0;
    const auto channel = std::move(Channel::open(endpoint, options).value());
    int sent = 0;
    while (sent < 1000 && channel->send(frame("x"))) ++sent;
    EXPECT_EQ(sent, 10);
}

TEST(Channel, an_endpoint_without_meaning_is_an_error) {
    auto access = Router().access();
    access.endpoint = "carrier pigeon";
    EXPECT_FALSE(Channel::open(access));
    access.endpoint = "tcp://127.0.0.1:1";
    access.client_secret = "short";
    EXPECT_FALSE(Channel::open(access));
}

TEST(Channel, waiting_ends_with_the_patience) {
    Router router;
    const auto channel = std::move(Channel::open(router.access()).value());
    EXPECT_FALSE(channel->receive_within(20ms));
    channel->send(frame("x"));
    std::string who;
    router.receive(&who);
    router.send(who, "y");
    EXPECT_EQ(channel->receive_within(10s), frame("y"));
}

}  // namespace
}  // namespace quench::worker::io

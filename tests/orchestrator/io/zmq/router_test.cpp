#include "orchestrator/io/zmq/router.hpp"

#include "worker/io/channel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zmq.hpp>

namespace quench::orchestrator::io {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using worker::io::Access;
using worker::io::Channel;
using worker::io::KeyPair;
using worker::io::new_key_pair;
using worker::protocol::Frame;

class RouterTest : public testing::Test {
  protected:
    [[nodiscard]] Access access() const {
        return {router_->endpoint(), server_.public_key, client_.public_key, client_.secret_key};
    }

    std::optional<Router::Incoming> next() {
        for (int turn = 0; turn < 100; ++turn) {
            if (auto incoming = router_->receive()) return incoming;
            router_->wait({}, 100ms);
        }
        return std::nullopt;
    }

    /// Until somebody is refused; what was received meanwhile would be a hole in the door.
    std::vector<std::string> refusals() {
        for (int turn = 0; turn < 100; ++turn) {
            router_->wait({}, 100ms);
            EXPECT_FALSE(router_->receive());
            if (auto lines = router_->refusals(); !lines.empty()) return lines;
        }
        return {};
    }

    KeyPair server_ = new_key_pair().value();
    KeyPair client_ = new_key_pair().value();
    std::unique_ptr<Router> router_ = Router::open({.bind = "tcp://127.0.0.1:*",
                                                    .server_keys = server_,
                                                    .client_keys = {client_.public_key},
                                                    .limits = {}})
                                          .value();
};

TEST_F(RouterTest, a_peer_with_the_key_is_heard_and_answered) {
    const auto channel = Channel::open(access()).value();
    channel->send(Frame{'h', 'i'});
    const auto incoming = next();
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->frame, (Frame{'h', 'i'}));
    router_->send(incoming->peer, Frame{'y', 'o'});
    EXPECT_EQ(channel->receive_within(10s), (Frame{'y', 'o'}));
    EXPECT_THAT(router_->refusals(), IsEmpty());
}

TEST_F(RouterTest, a_peer_with_another_key_gets_nothing_and_is_named) {
    Access other = access();
    const KeyPair stranger = new_key_pair().value();
    other.client_public = stranger.public_key;
    other.client_secret = stranger.secret_key;
    const auto channel = Channel::open(other).value();
    channel->send(Frame{'h', 'i'});
    EXPECT_THAT(refusals(), Contains(AllOf(HasSubstr("127.0.0.1"), HasSubstr(stranger.public_key))));
    EXPECT_FALSE(channel->receive());
}

TEST_F(RouterTest, a_peer_without_a_key_gets_nothing_and_is_told_of) {
    zmq::context_t context;
    zmq::socket_t plain(context, zmq::socket_type::dealer);
    plain.set(zmq::sockopt::linger, 0);
    plain.connect(router_->endpoint());
    plain.send(zmq::str_buffer("hi"));
    // Its address only as long as its connection is open when we look: ZeroMQ tells no more.
    EXPECT_THAT(refusals(), Contains(HasSubstr("no key")));
    zmq::message_t answer;
    EXPECT_FALSE(plain.recv(answer, zmq::recv_flags::dontwait));
}

TEST_F(RouterTest, sending_to_a_peer_that_is_gone_is_no_error) {
    router_->send("nobody", Frame{'x'});
    EXPECT_FALSE(router_->receive());
}

TEST_F(RouterTest, an_address_in_use_is_refused_with_the_way_out) {
    const auto second =
        Router::open({.bind = router_->endpoint(), .server_keys = server_, .client_keys = {}, .limits = {}});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().text(), AllOf(HasSubstr(router_->endpoint()), HasSubstr("--bind")));
}

}  // namespace
}  // namespace quench::orchestrator::io

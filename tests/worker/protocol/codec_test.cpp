#include "worker/protocol/codec.hpp"

#include "base/random.hpp"

#include <bit>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace quench::worker::protocol {
namespace {

using base::Rng;
using nlohmann::json;
using testing::HasSubstr;

const AttemptKey key{"mlpf-hpo", 17, 3};

std::vector<ToCoordinator> all_to_coordinator() {
    constexpr double inf = std::numeric_limits<double>::infinity();
    return {
        Hello{version, "0.1", "node7", "s-1", "node7.cluster", 4711, 8, {key, {"other", 0, 0}}},
        Heartbeat{},
        Heartbeat{{key}},
        Report{std::numeric_limits<std::uint64_t>::max(),
               key,
               -5,
               {{"loss", 0.1},
                {"nan", std::bit_cast<double>(0x7ff8dead0000beefULL)},
                {"inf", inf},
                {"-inf", -inf},
                {"-0", -0.0},
                {"one", 1.0},
                {"tiny", 5e-324},
                {"max", 1.7976931348623157e308}}},
        AttemptEnded{7, key, Outcome::timed_out, "no report for 2 h", std::nullopt, 7200.5},
        AttemptEnded{8, key, Outcome::crashed, "exit status 1", 1, 0},
        Goodbye{"SIGTERM"},
        Request{9, version, "pause", "mlpf-hpo"},
    };
}

std::vector<FromCoordinator> all_from_coordinator() {
    using namespace std::chrono_literals;
    const Start start{key,
                      R"({"lr": 0.1, "model": "gnn"})",
                      3,
                      27,
                      "epoch",
                      std::numeric_limits<std::uint64_t>::max(),
                      4,
                      Launcher::mpirun,
                      {"train", "--lr", "{param.lr}"},
                      "/data",
                      "/data/trials/17",
                      "/data/trials/3",
                      2h,
                      std::nullopt,
                      30s,
                      24h};
    return {Welcome{version, "0.1", 5s, 30s},
            Introduce{},
            Refused{"version 2 is not version 1"},
            start,
            Stop{key, "pruned"},
            Ack{{1, 2, std::numeric_limits<std::uint64_t>::max()}},
            Ack{},
            Dismiss{"study ended"},
            Reply{1, false, "no such study"}};
}

std::string error_of(const json& body) {
    const auto frame = json::to_msgpack(body);
    const auto out = decode_to_coordinator(frame);
    return out ? "no error" : out.error().text();
}

TEST(Codec, every_message_survives_the_wire_unchanged) {
    for (const auto& message : all_to_coordinator()) {
        const auto back = decode_to_coordinator(encode(message));
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(*back, message) << kind_of(message);
    }
    for (const auto& message : all_from_coordinator()) {
        const auto back = decode_from_coordinator(encode(message));
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(*back, message) << kind_of(message);
    }
}

TEST(Codec, a_message_of_the_other_direction_is_an_unknown_kind) {
    const auto out = decode_to_coordinator(encode(FromCoordinator(Dismiss{"over"})));
    ASSERT_FALSE(out);
    EXPECT_THAT(out.error().text(), HasSubstr("unknown kind 'dismiss'"));
}

TEST(Codec, unknown_fields_are_ignored) {
    EXPECT_EQ(error_of({{"kind", "goodbye"}, {"reason", "x"}, {"mood", {{"sad", true}}}}), "no error");
}

TEST(Codec, an_error_names_the_field) {
    const json good_key = {{"study", "s"}, {"trial", 1}, {"attempt", 1}};
    EXPECT_EQ(error_of({{"kind", "goodbye"}}), "goodbye: field 'reason' is missing");
    EXPECT_EQ(error_of({{"kind", "goodbye"}, {"reason", 1}}), "goodbye: field 'reason' must be a text");
    EXPECT_EQ(
        error_of(
            {{"kind", "report"}, {"seq", -1}, {"key", good_key}, {"step", 1}, {"metrics", json::object()}}),
        "report: field 'seq' is out of range");
    EXPECT_EQ(error_of({{"kind", "report"},
                        {"seq", 1},
                        {"key", {{"study", "s"}, {"trial", 1.5}}},
                        {"step", 1},
                        {"metrics", json::object()}}),
              "report: field 'key.trial' must be an integer");
    EXPECT_EQ(
        error_of({{"kind", "report"}, {"seq", 1}, {"key", good_key}, {"step", 1}, {"metrics", {{"a", "b"}}}}),
        "report: field 'metrics' must be a number");
    EXPECT_EQ(
        error_of({{"kind", "request"}, {"id", 1}, {"version", 1LL << 40}, {"verb", "x"}, {"study", ""}}),
        "request: field 'version' is out of range");
    EXPECT_EQ(error_of({{"kind", "attempt_ended"}, {"seq", 1}, {"key", good_key}, {"outcome", "bored"}}),
              "attempt_ended: field 'outcome' is none of the known names");
    EXPECT_EQ(error_of({{"reason", "x"}}), "field 'kind' is missing");
    EXPECT_EQ(error_of(json::array({1, 2})), "not a MessagePack map with texts as keys");
    const json long_text = {{"kind", "goodbye"}, {"reason", std::string(70000, 'x')}};
    EXPECT_EQ(error_of(long_text), "field 'reason': a text of 70000 bytes (at most 65536)");
}

TEST(Codec, limits_are_enforced_before_anything_is_parsed) {
    const auto refused = [](const Frame& frame, const char* why) {
        const auto out = decode_to_coordinator(frame);
        ASSERT_FALSE(out);
        EXPECT_THAT(out.error().text(), HasSubstr(why));
    };
    refused(Frame(1'000'000, 0x91), "nested deeper than 8");
    refused(Frame(2'000'000, 0xc0), "a frame of 2000000 bytes");
    refused({0xdd, 0xff, 0xff, 0xff, 0xff}, "a list of 4294967295 items");
    refused({0xdb, 0xff, 0xff, 0xff, 0xff}, "a text of 4294967295 bytes");
    refused({0x81, 0xa1, 'a'}, "cut short");
    refused({0xc1}, "0xc1");
    refused({0xc0, 0xc0}, "1 bytes after the message");
    refused({}, "cut short at byte 0");
}

TEST(Codec, a_text_that_is_not_utf8_is_repaired_when_sent_and_refused_when_received) {
    const auto back = decode_to_coordinator(encode(ToCoordinator(Goodbye{"a\xff\xc3\xa9"})));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<Goodbye>(*back).reason, "a\xef\xbf\xbd\xc3\xa9");
    auto frame = encode(ToCoordinator(Goodbye{"abcdef"}));
    for (auto& b : frame)
        if (b == 'c') b = 0xff;
    EXPECT_FALSE(decode_to_coordinator(frame));
}

TEST(Codec, random_and_mutated_bytes_never_do_harm) {
    std::vector<Frame> seeds;
    for (const auto& m : all_to_coordinator()) seeds.push_back(encode(m));
    for (const auto& m : all_from_coordinator()) seeds.push_back(encode(m));
    std::size_t accepted = 0;
    for (std::uint64_t i = 0; i < 150'000; ++i) {
        Rng rng(20, "codec fuzz", i);
        Frame frame;
        if (i % 3 == 0) {
            frame.resize(rng.below(64));
            for (auto& b : frame) b = static_cast<std::uint8_t>(rng.bits());
        } else {
            frame = seeds[rng.below(seeds.size())];
            for (auto n = 1 + rng.below(4); n > 0 && !frame.empty(); --n) {
                const auto at = rng.below(frame.size());
                switch (rng.below(4)) {
                    case 0:
                        frame[at] = static_cast<std::uint8_t>(rng.bits());
                        break;
                    case 1:
                        frame[at] ^= static_cast<std::uint8_t>(1U << rng.below(8));
                        break;
                    case 2:
                        frame.resize(at);
                        break;
                    default:
                        frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at),
                                     frame[rng.below(frame.size())]);
                }
            }
        }
        // What is accepted can be said again and is then the same.
        if (const auto out = decode_to_coordinator(frame)) {
            ++accepted;
            const auto again = decode_to_coordinator(encode(*out));
            ASSERT_TRUE(again) << "input " << i << ": " << again.error().text();
            ASSERT_EQ(*again, *out) << "input " << i;
        }
        if (const auto out = decode_from_coordinator(frame)) {
            ++accepted;
            const auto again = decode_from_coordinator(encode(*out));
            ASSERT_TRUE(again) << "input " << i << ": " << again.error().text();
            ASSERT_EQ(*again, *out) << "input " << i;
        }
    }
    EXPECT_GT(accepted, 1000U) << "the mutations are too harsh to reach the field checks";
}

TEST(Codec, outcomes_have_names_both_ways) {
    for (const auto outcome : {Outcome::reached, Outcome::stopped, Outcome::preempted, Outcome::lost,
                               Outcome::timed_out, Outcome::crashed, Outcome::diverged, Outcome::infeasible})
        EXPECT_EQ(*outcome_from_text(to_text(outcome)), outcome);
    EXPECT_FALSE(outcome_from_text("bored"));
}

}  // namespace
}  // namespace quench::worker::protocol

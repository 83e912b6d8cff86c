#include "trainer/training/checkpoint.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

Checkpoint example() {
    Checkpoint c;
    c.configuration = "lr=0.001 events=40";
    c.epoch = 2;
    c.batch = 3;
    c.sums = {.classification = 1.5, .regression = 2.5, .elements = 100, .particles = 60, .correct = 70};
    c.history = {{1.0, 2.0, 0.5}, {0.5, 1.5, 0.75}};
    c.optimizer = {.steps = 17, .first = {1, 2, 3}, .second = {4, 5, 6}};
    c.values = {0.1F, -0.2F, 0.3F};
    return c;
}

std::string problem(std::string_view bytes) {
    const auto read = checkpoint_from_bytes(bytes, example().configuration, 3);
    return read.ok() ? "none" : read.error().text();
}

TEST(checkpoint, reads_back_what_was_written) {
    const auto read = checkpoint_from_bytes(to_bytes(example()), example().configuration, 3);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(to_bytes(*read), to_bytes(example()));
    EXPECT_EQ(read->values, example().values);
    EXPECT_EQ(read->history[1].val_loss, 1.5);
    EXPECT_EQ(read->optimizer.steps, 17U);
}

TEST(checkpoint, no_truncation_is_taken_for_a_checkpoint) {
    const std::string bytes = to_bytes(example());
    for (std::size_t n = 0; n < bytes.size(); ++n) ASSERT_NE(problem(bytes.substr(0, n)), "none") << n;
    EXPECT_NE(problem(bytes + "x"), "none");
}

TEST(checkpoint, no_changed_byte_is_taken_for_a_checkpoint) {
    const std::string bytes = to_bytes(example());
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        std::string changed = bytes;
        changed[n] = static_cast<char>(changed[n] ^ 0x10);
        ASSERT_NE(problem(changed), "none") << n;
    }
}

TEST(checkpoint, says_what_is_wrong_and_what_to_do) {
    const std::string way_out = "; put a copy of it back, or move it away to train from the start";
    const std::string bytes = to_bytes(example());
    EXPECT_EQ(problem("GIF89a..............."),
              "not a checkpoint of mlpf-train (its first bytes are others)" + way_out);
    EXPECT_EQ(problem("QMLPFCK1" + bytes.substr(8)),
              "a checkpoint of another version of mlpf-train" + way_out);
    EXPECT_EQ(problem(bytes.substr(0, 50)),
              "the checkpoint is truncated, or something was added to it" + way_out);
    std::string changed = bytes;
    changed[60] = static_cast<char>(changed[60] ^ 1);
    EXPECT_EQ(problem(changed), "the checkpoint is damaged (its checksum does not match)" + way_out);
    Checkpoint other = example();
    other.configuration = "lr=0.002 events=40";
    EXPECT_THAT(problem(to_bytes(other)), testing::HasSubstr("another training (lr=0.002 there"));
    other = example();
    other.values.push_back(1);
    EXPECT_EQ(problem(to_bytes(other)), "the checkpoint has another number of parameters" + way_out);
}

TEST(checkpoint, lengths_that_lie_cost_no_memory) {
    // Bytes with a right checksum and any lengths: what a hostile or future writer could leave.
    for (std::uint64_t i = 0; i < 2000; ++i) {
        base::Rng rng(3, "test.checkpoint", i);
        Checkpoint c = example();
        std::string bytes = to_bytes(c);
        const std::size_t at = 16 + rng.below(bytes.size() - 24);
        for (std::size_t k = at; k < std::min(at + 8, bytes.size() - 8); ++k)
            bytes[k] = static_cast<char>(rng.below(256));
        std::uint64_t hash = 0xcbf29ce484222325ULL;
        for (std::size_t k = 0; k < bytes.size() - 8; ++k)
            hash = (hash ^ static_cast<unsigned char>(bytes[k])) * 0x100000001b3ULL;
        std::memcpy(bytes.data() + bytes.size() - 8, &hash, 8);
        (void)problem(bytes);
    }
}

}  // namespace
}  // namespace quench::trainer::training

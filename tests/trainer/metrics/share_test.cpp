#include "trainer/metrics/share.hpp"

#include "tests/trainer/metrics/example.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::metrics {
namespace {

constexpr std::uint64_t events = 23;

Share whole() {
    Share out(two_with_jets());
    for (std::uint64_t i = 0; i < events; ++i) add_random(out, i);
    return out;
}

void expect_same(const Share& a, const Share& b) {
    EXPECT_EQ(a.counts(), b.counts());
    EXPECT_EQ(a.events(), b.events());
    const std::vector<std::string> names = {"model", "baseline"};
    EXPECT_EQ(metrics_of(a, names), metrics_of(b, names)) << "bit for bit";
}

TEST(share, shares_put_together_are_the_whole_bit_for_bit) {
    const Share all = whole();
    for (const std::uint64_t ranks : {2, 3, 5}) {
        std::vector<Share> shares(ranks, Share(two_with_jets()));
        for (std::uint64_t i = 0; i < events; ++i) add_random(shares[i % ranks], i);
        Share forwards(two_with_jets()), backwards(two_with_jets());
        for (std::size_t r = 0; r < ranks; ++r) {
            ASSERT_TRUE(forwards.merge(shares[r]).ok());
            ASSERT_TRUE(backwards.merge(shares[ranks - 1 - r]).ok());
        }
        expect_same(forwards, all);
        expect_same(backwards, all);
    }
}

TEST(share, does_not_depend_on_the_order_in_which_events_come) {
    Share backwards(two_with_jets());
    for (std::uint64_t i = events; i-- > 0;) add_random(backwards, i);
    expect_same(backwards, whole());
}

TEST(share, an_empty_one_adds_nothing) {
    Share all = whole();
    ASSERT_TRUE(all.merge(Share(two_with_jets())).ok());
    expect_same(all, whole());
    Share none(two_with_jets());
    ASSERT_TRUE(none.merge(all).ok());
    expect_same(none, all);
}

TEST(share, travels_as_bytes) {
    const Share all = whole();
    const auto read = share_from_bytes(to_bytes(all), two_with_jets());
    ASSERT_TRUE(read.ok());
    expect_same(*read, all);
    const Share none(two_with_jets());
    const auto nothing = share_from_bytes(to_bytes(none), two_with_jets());
    ASSERT_TRUE(nothing.ok());
    expect_same(*nothing, none);
}

TEST(share, damaged_bytes_are_refused_whatever_the_length) {
    Share small(two_with_jets());
    add_random(small, 4);
    const std::string bytes = to_bytes(small);
    for (std::size_t length = 0; length < bytes.size(); length += length < 64 ? 1 : 97)
        EXPECT_FALSE(share_from_bytes(std::string_view(bytes).substr(0, length), two_with_jets()).ok())
            << length;
    EXPECT_FALSE(share_from_bytes(bytes + "x", two_with_jets()).ok());
    // Whatever else they say, they are read or refused.
    for (std::size_t i = 0; i < bytes.size(); i += 61) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ 0xFF);
        (void)share_from_bytes(changed, two_with_jets());
    }
}

TEST(share, refuses_an_event_that_is_there_already_and_stays_as_it_was) {
    Share all = whole();
    Share again(two_with_jets());
    add_random(again, 100);
    add_random(again, 7);
    EXPECT_FALSE(all.merge(again).ok());
    expect_same(all, whole());
    EXPECT_FALSE(all.merge(Share({.reconstructions = 1, .jets = two_with_jets().jets})).ok());
    EXPECT_FALSE(all.merge(Share({.reconstructions = 2})).ok());
}

}  // namespace
}  // namespace quench::trainer::metrics

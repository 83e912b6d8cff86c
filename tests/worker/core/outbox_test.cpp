#include "worker/core/outbox.hpp"

#include <gtest/gtest.h>

namespace quench::worker::core {
namespace {

using protocol::AttemptKey;
using protocol::Report;

std::vector<std::uint64_t> sent(Outbox& box) {
    std::vector<protocol::ToCoordinator> sends;
    box.flush(sends);
    std::vector<std::uint64_t> out;
    for (const auto& s : sends) out.push_back(std::get<Report>(s).seq);
    return out;
}

using Seqs = std::vector<std::uint64_t>;

TEST(Outbox, no_more_than_the_window_is_under_way) {
    Outbox box(2);
    for (int i = 0; i < 4; ++i) box.add(Report{});
    EXPECT_EQ(sent(box), (Seqs{1, 2}));
    EXPECT_EQ(sent(box), Seqs{});
    EXPECT_TRUE(box.acknowledge(1));
    EXPECT_EQ(sent(box), (Seqs{3}));
}

TEST(Outbox, after_a_rewind_the_oldest_goes_first) {
    Outbox box(2);
    for (int i = 0; i < 4; ++i) box.add(Report{});
    sent(box);
    box.acknowledge(1);
    box.rewind();
    EXPECT_EQ(sent(box), (Seqs{2, 3}));
    box.acknowledge(3);
    EXPECT_EQ(sent(box), (Seqs{4}));
}

TEST(Outbox, an_acknowledgement_counts_once_and_may_come_before_the_item_is_sent_again) {
    Outbox box(2);
    for (int i = 0; i < 3; ++i) box.add(Report{});
    sent(box);
    box.rewind();
    EXPECT_TRUE(box.acknowledge(1));
    EXPECT_FALSE(box.acknowledge(1));
    EXPECT_FALSE(box.acknowledge(99));
    EXPECT_EQ(sent(box), (Seqs{2, 3}));
}

TEST(Outbox, reports_are_counted_by_attempt) {
    Outbox box(8);
    const AttemptKey a{"s", 1, 1};
    box.add(Report{0, a, 1, {}});
    box.add(Report{0, {"s", 2, 1}, 1, {}});
    box.add(protocol::AttemptEnded{});
    EXPECT_EQ(box.reports_of(a), 1U);
    box.acknowledge(1);
    EXPECT_EQ(box.reports_of(a), 0U);
    EXPECT_EQ(box.size(), 2U);
}

}  // namespace
}  // namespace quench::worker::core

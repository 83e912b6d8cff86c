#include "trainer/training/share.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <stdexcept>

#include <gtest/gtest.h>

namespace quench::trainer::training {
namespace {

// Events of which nothing but their sizes matters.
class Sizes : public data::EventSource {
  public:
    explicit Sizes(std::vector<std::uint32_t> sizes) : sizes_(std::move(sizes)) {}

    std::size_t size() const override { return sizes_.size(); }
    event::Detector detector() const override { return event::Detector::delphes; }
    data::Counts counts(std::size_t i) const override { return {.elements = sizes_[i], .particles = 0}; }
    base::Result<event::Event> read(std::size_t) const override { return base::Error("not kept"); }

  private:
    std::vector<std::uint32_t> sizes_;
};

EventSet set_of(std::vector<std::uint32_t> sizes) {
    return EventSet(std::make_shared<Sizes>(std::move(sizes)));
}

TEST(share, gives_every_event_to_one_part_and_no_part_much_more_than_another) {
    base::Rng rng(3, "test.share");
    for (int round = 0; round < 200; ++round) {
        std::vector<std::uint32_t> sizes(1 + rng.below(40));
        for (auto& size : sizes) size = static_cast<std::uint32_t>(rng.below(500));
        const EventSet set = set_of(sizes);
        std::vector<std::size_t> all(sizes.size()), seen;
        std::iota(all.begin(), all.end(), std::size_t{0});
        rng.shuffle(all);
        const std::size_t parts = 1 + rng.below(6);
        double least = 1e9, most = 0;
        for (std::size_t part = 0; part < parts; ++part) {
            double load = 0;
            for (const std::size_t event : share(all, set, part, parts)) {
                seen.push_back(event);
                load += sizes[event];
            }
            least = std::min(least, load);
            most = std::max(most, load);
        }
        // No part can lag by more than one event: the last that a fuller part got went to the emptiest.
        EXPECT_LE(most - least, static_cast<double>(*std::ranges::max_element(sizes)));
        std::ranges::sort(seen);
        std::ranges::sort(all);
        EXPECT_EQ(seen, all);
    }
}

TEST(share, of_a_batch_over_two_is_even_to_a_few_hundredths) {
    base::Rng rng(4, "test.share");
    double worst = 0;
    for (int round = 0; round < 100; ++round) {
        std::vector<std::uint32_t> sizes(20);
        for (auto& size : sizes) size = 100 + static_cast<std::uint32_t>(rng.below(300));
        const EventSet set = set_of(sizes);
        std::vector<std::size_t> all(sizes.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        double load = 0;
        for (const std::size_t event : share(all, set, 0, 2)) load += sizes[event];
        const double half = std::accumulate(sizes.begin(), sizes.end(), 0.0) / 2;
        worst = std::max(worst, std::abs(load - half) / half);
    }
    EXPECT_LT(worst, 0.04);
}

TEST(share, of_one_part_is_all_in_their_order) {
    const EventSet set = set_of({5, 9, 1});
    const std::vector<std::size_t> events = {2, 0, 1};
    EXPECT_EQ(share(events, set, 0, 1), events);
}

TEST(chunks, have_at_least_one_event_and_otherwise_at_most_256_rows) {
    const EventSet set = set_of({300, 100, 100, 56, 1, 0});
    const std::vector<std::size_t> events = {0, 1, 2, 3, 4, 5};
    EXPECT_EQ(next_chunk(events, set), 1U);
    EXPECT_EQ(next_chunk(std::span(events).subspan(1), set), 3U);
    EXPECT_EQ(next_chunk(std::span(events).subspan(4), set), 2U);
}

TEST(threads, all_work_is_done_and_what_one_throws_is_thrown_after_it) {
    std::atomic<int> done = 0;
    in_threads(5, [&](std::size_t) { ++done; });
    EXPECT_EQ(done, 5);
    EXPECT_THROW(in_threads(4,
                            [&](std::size_t i) {
                                if (i == 2) throw std::bad_alloc();
                                ++done;
                            }),
                 std::bad_alloc);
    EXPECT_EQ(done, 8);
}

}  // namespace
}  // namespace quench::trainer::training

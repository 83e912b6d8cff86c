#include "trainer/data/generated_events.hpp"

#include <gtest/gtest.h>

namespace quench::trainer::data {
namespace {

TEST(generated_events, are_those_of_the_generator_from_the_first_asked_for) {
    const event::GeneratorOptions options{.seed = 5, .pileup = 1};
    const GeneratedEvents events(options, 7, 3);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events.detector(), event::Detector::delphes);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(events.read(i).value(), event::generate(options, 7 + i));
}

TEST(generated_events, count_elements_and_particles) {
    const GeneratedEvents events({.seed = 5, .pileup = 1}, 0, 4);
    for (std::size_t i = 0; i < events.size(); ++i) {
        const event::Event event = events.read(i).value();
        std::size_t particles = 0;
        for (std::size_t row = 0; row < event.rows; ++row) particles += event.targets[7 * row] > 0 ? 1 : 0;
        EXPECT_EQ(events.counts(i), (Counts{event.rows, particles}));
        EXPECT_GT(particles, 0u);
        EXPECT_LT(particles, event.rows);
    }
}

}  // namespace
}  // namespace quench::trainer::data

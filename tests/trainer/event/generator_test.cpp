#include "trainer/event/generator.hpp"

#include <cmath>
#include <span>

#include <gtest/gtest.h>

namespace quench::trainer::event {
namespace {

TEST(generator, an_event_depends_on_its_number_alone) {
    const GeneratorOptions options{.seed = 5, .pileup = 3};
    const Event first = generate(options, 7);
    (void)generate(options, 8);
    EXPECT_EQ(generate(options, 7).elements, first.elements);
    EXPECT_EQ(generate(options, 7).targets, first.targets);
    EXPECT_NE(generate(options, 8).elements, first.elements);
    EXPECT_NE(generate({.seed = 6, .pileup = 3}, 7).elements, first.elements);
}

TEST(generator, events_look_like_events) {
    double elements = 0, none = 0, by_class[6] = {};
    constexpr int events = 200;
    for (std::uint64_t i = 0; i < events; ++i) {
        const Event event = generate({}, i);
        ASSERT_EQ(event.elements.size(), event.rows * feature_columns(Detector::delphes));
        ASSERT_EQ(event.targets.size(), event.rows * target_columns);
        ASSERT_EQ(event.candidates.size(), event.rows * target_columns);
        for (const float x : event.candidates) ASSERT_TRUE(std::isfinite(x));
        ASSERT_FALSE(event.jets.empty());
        elements += static_cast<double>(event.rows);
        for (std::size_t k = 0; k < event.rows; ++k) {
            const std::span e(&event.elements[12 * k], 12);
            const std::span t(&event.targets[7 * k], 7);
            for (const float x : e) ASSERT_TRUE(std::isfinite(x));
            for (const float x : t) ASSERT_TRUE(std::isfinite(x));
            ASSERT_TRUE(e[0] == 1.0F || e[0] == 2.0F);
            ASSERT_NEAR(std::hypot(e[3], e[4]), 1.0, 1e-5);
            ASSERT_NEAR(e[5], e[1] * std::cosh(e[2]), 1e-3 * e[5])
                << "energy is transverse energy times cosh eta";
            by_class[static_cast<int>(t[0])] += 1;
            if (t[0] == 0) {
                none += 1;
                for (const float x : t) ASSERT_EQ(x, 0.0F);
            } else {
                ASSERT_NEAR(std::hypot(t[4], t[5]), 1.0, 1e-5);
                ASSERT_GT(t[2], 0.0F);
            }
        }
    }
    EXPECT_GT(elements / events, 140);
    EXPECT_LT(elements / events, 300);
    EXPECT_GT(none / elements, 0.02);
    EXPECT_LT(none / elements, 0.3);
    for (int c = 1; c < 6; ++c) EXPECT_GT(by_class[c], 0) << "class " << c;
    EXPECT_GT(by_class[1], by_class[3]);
}

TEST(generator, pileup_adds_elements) {
    const auto mean = [](double pileup) {
        double elements = 0;
        for (std::uint64_t i = 0; i < 100; ++i)
            elements += static_cast<double>(generate({.pileup = pileup}, i).rows);
        return elements / 100;
    };
    const double per_collision = (mean(20) - mean(0)) / 20;
    RecordProperty("per_collision", std::to_string(per_collision));
    EXPECT_GT(per_collision, 15);
    EXPECT_LT(per_collision, 40);
}

}  // namespace
}  // namespace quench::trainer::event

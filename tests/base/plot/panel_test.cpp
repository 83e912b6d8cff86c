#include "base/plot/panel.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::base::plot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ticks_of, are_few_and_round) {
    EXPECT_THAT(ticks_of({.label = "", .low = 0, .high = 1}), testing::SizeIs(6));
    EXPECT_THAT(ticks_of({.label = "", .low = 0, .high = 0.5}), testing::SizeIs(6));
    EXPECT_THAT(ticks_of({.label = "", .low = 1, .high = 1000, .scale = Scale::logarithmic}),
                ElementsAre(testing::DoubleNear(1, 1e-9), testing::DoubleNear(10, 1e-9),
                            testing::DoubleNear(100, 1e-9), testing::DoubleNear(1000, 1e-9)));
    EXPECT_THAT(ticks_of({.label = "", .low = 15, .high = 100, .scale = Scale::logarithmic}),
                ElementsAre(testing::DoubleNear(20, 1e-9), testing::DoubleNear(50, 1e-9),
                            testing::DoubleNear(100, 1e-9)));
}

TEST(rounded_up, is_at_least_what_it_is_given) {
    for (double x = 1e-6; x < 1e6; x *= 1.07) {
        EXPECT_GE(rounded_up(x), x);
        EXPECT_LE(rounded_up(x), 1.67 * x);
    }
    EXPECT_EQ(rounded_up(0), 1);
    EXPECT_EQ(rounded_up(std::nan("")), 1);
}

TEST(Panel, cuts_a_curve_off_at_its_frame_and_leaves_out_what_is_no_number) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                     inf = std::numeric_limits<double>::infinity();
    Drawing drawing(460, 330);
    Panel panel(drawing, {}, "a <title>", {"x", 0, 1}, {"y", 0, 1});
    panel.curve(series(0, "one"), {{0, nan}, {0.25, -inf}, {0.5, 0.5}, {1, 1e300}});
    panel.band(series(0, "one"), {{0, 0.1}, {1, nan}}, {{0, 0.2}, {1, 0.3}});
    const std::string svg = drawing.svg();
    EXPECT_THAT(svg, HasSubstr("a &lt;title&gt;"));
    EXPECT_THAT(svg, HasSubstr("clip-path=\"url(#window-1)\""));
    EXPECT_THAT(svg, HasSubstr("clip-path=\"url(#window-2)\""));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(Panel, shows_a_point_with_its_interval_also_where_a_bin_has_no_width) {
    Drawing drawing(460, 330);
    Panel panel(drawing, {}, "", {"x", 0, 1}, {"y", 0, 1});
    panel.points(series(0, "one"), {{0.5, 0.5, 0.5, 0.4, 0.6}, {0.7, 0.7, 2, 2, 2}, {2, 2, 0.5, 0.5, 0.5}});
    const std::string svg = drawing.svg();
    EXPECT_EQ(svg.find("<circle"), svg.rfind("<circle")) << "the others lie outside";
    EXPECT_NE(svg.find("<circle"), std::string::npos);
}

TEST(series, of_eight_are_told_apart) {
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t j = 0; j < i; ++j) EXPECT_NE(series(i, "").line.color, series(j, "").line.color);
}

}  // namespace
}  // namespace quench::base::plot

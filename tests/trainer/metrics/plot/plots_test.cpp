#include "trainer/metrics/plot/plots.hpp"

#include "tests/trainer/metrics/example.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::trainer::metrics::plot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Metrics metrics_of_random_events(std::uint64_t events) {
    Share share(two_with_jets());
    for (std::uint64_t i = 0; i < events; ++i) add_random(share, i);
    return metrics_of(share, {"<model> & co", "baseline"});
}

// As many elements are opened as closed; the program's own test has a real parser.
void expect_svg(const std::string& svg) {
    EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    std::size_t opened = 0, closed = 0;
    for (std::size_t i = svg.find('<'); i != std::string::npos; i = svg.find('<', i + 1)) {
        const std::size_t end = svg.find('>', i);
        ASSERT_NE(end, std::string::npos);
        svg[i + 1] == '/' ? ++closed : ++opened;
        closed += svg[end - 1] == '/' ? 1 : 0;
    }
    EXPECT_EQ(opened, closed);
    for (const char* no_number : {"\"nan", "\"-nan", "\"inf", ",nan", ",inf", ">nan", ">inf", ">-0<"})
        EXPECT_THAT(svg, Not(HasSubstr(no_number)));
}

TEST(plots, are_svg_with_every_reconstruction_in_the_legend) {
    const std::vector<Plot> plots = all(metrics_of_random_events(20));
    ASSERT_EQ(plots.size(), 4u);
    for (const Plot& plot : plots) {
        SCOPED_TRACE(plot.name);
        expect_svg(plot.svg);
        EXPECT_THAT(plot.svg, HasSubstr("&lt;model&gt; &amp; co"));
        EXPECT_THAT(plot.svg, HasSubstr("baseline"));
        EXPECT_THAT(plot.svg, HasSubstr("20 events"));
    }
}

TEST(plots, of_no_events_are_empty_frames) {
    for (const Plot& plot : all(metrics_of_random_events(0))) expect_svg(plot.svg);
    Share without_jets({.reconstructions = 1});
    for (const Plot& plot : all(metrics_of(without_jets, {"model"}))) expect_svg(plot.svg);
}

TEST(plots, the_map_of_confusion_shows_the_shares_of_rows) {
    const Metrics metrics = metrics_of_random_events(5);
    const std::string svg = confusion(metrics);
    for (const Reconstruction& one : metrics.reconstructions)
        for (std::size_t c = 0; c < event::categories; ++c)
            EXPECT_THAT(svg, HasSubstr(">" + std::to_string(*one.efficiency[c].share()).substr(0, 4)));
}

TEST(wilson_interval, holds_the_share_and_has_a_width_at_the_ends) {
    // (p + 1/2n -+ sqrt(p q / n + 1/4n^2)) / (1 + 1/n) by hand for 3 of 4 and for all of 4.
    const Interval three = wilson_interval({3, 4});
    EXPECT_NEAR(three.low, 0.5, 1e-12);
    EXPECT_NEAR(three.high, 0.9, 1e-12);
    const Interval whole = wilson_interval({4, 4});
    EXPECT_NEAR(whole.low, 0.8, 1e-12);
    EXPECT_EQ(whole.high, 1);
    EXPECT_EQ(wilson_interval({0, 4}).low, 0);
}

}  // namespace
}  // namespace quench::trainer::metrics::plot

#include "orchestrator/simulate/plot.hpp"

#include "orchestrator/simulate/many.hpp"
#include "tests/orchestrator/simulate/sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quench::orchestrator::simulate {
namespace {

using testing::HasSubstr;
using testing::Not;

const PlotText text{.title = "a <table> & more", .metric = "loss", .unit = "epoch", .direction = {}};

std::size_t count(const std::string& in, const std::string& what) {
    std::size_t found = 0;
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + 1)) ++found;
    return found;
}

TEST(plot, has_a_line_and_a_band_a_study_in_each_of_its_two_panels) {
    const auto study = study_of("scheduler: asha, min: 1, max: 9, eta: 3");
    const auto runs = simulate_many(study, Flat(9), {}, 5, 1);
    const std::string svg = plot_svg(text, {{"one", &runs}, {"two & <2>", &runs}});
    EXPECT_EQ(count(svg, "<polygon"), 4u);
    EXPECT_EQ(count(svg, "<polyline"), 4u + 2u) << "and an axis a panel";
    EXPECT_EQ(count(svg, "<g"), count(svg, "</g>"));
    EXPECT_THAT(svg, HasSubstr("two &amp; &lt;2&gt;"));
    EXPECT_THAT(svg, HasSubstr("a &lt;table&gt; &amp; more"));
    EXPECT_THAT(svg, HasSubstr("epochs spent"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf,")));
}

TEST(plot, runs_without_a_value_leave_an_empty_frame) {
    const std::vector<simulate::Run> none(3);
    const std::string svg = plot_svg(text, {{"none", &none}});
    EXPECT_EQ(count(svg, "<polygon"), 0u);
    EXPECT_EQ(count(svg, "<polyline"), 2u) << "the axes";
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(plot, one_value_for_all_of_the_time_is_no_trouble) {
    std::vector<simulate::Run> runs(1);
    runs[0].resource = 10;
    runs[0].seconds = 0;
    runs[0].improvements = {{1, 0, 5.0}};
    const std::string svg = plot_svg(text, {{"flat", &runs}});
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_GE(count(svg, "<polyline"), 2u + 1u);
}

}  // namespace
}  // namespace quench::orchestrator::simulate

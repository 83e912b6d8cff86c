#include "trainer/cli/train/time_plot.hpp"

#include "base/plot/panel.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

using base::plot::Drawing;
using base::plot::Panel;
using base::plot::Place;
using base::plot::Point;
using base::plot::series;

constexpr Place place{.corner = {}, .width = 640, .height = 400};
constexpr std::size_t most_numbers = 20;  ///< more would touch

double number(std::size_t i) {
    return static_cast<double>(i + 1);
}

void draw(const TimePlot::Series& one, const base::plot::Series& style, Panel& panel, Drawing& out) {
    const std::vector<double>& times = one.times;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const Point at = panel.at(number(i), times[i]);
        out.circle(at, 4, i == 0 ? "white" : style.line.color, style.line.color);
        if (times.size() <= most_numbers)
            out.text({at.x, at.y - 8}, fmt::format("{:.3g}", times[i]), {.size = 11});
    }
    if (times.size() < 2) return;
    const double mean =
        std::accumulate(times.begin() + 1, times.end(), 0.0) / static_cast<double>(times.size() - 1);
    panel.curve(style, {{number(1), mean}, {number(times.size() - 1), mean}});
}

}  // namespace

std::string to_svg(const TimePlot& plot) {
    double most = 0;
    std::size_t count = 1;
    for (const TimePlot::Series& one : plot.series) {
        for (const double t : one.times) most = std::max(most, t);
        count = std::max(count, one.times.size());
    }
    Drawing out(place.width, place.height);
    Panel panel(out, place, plot.title, {plot.unit, 0, number(count)},
                {"time [s]", 0, base::plot::rounded_up(1.05 * most)});
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        const auto style = series(i, plot.series[i].name);
        draw(plot.series[i], style, panel, out);
        if (plot.series.size() > 1) panel.legend(style, style.name);
    }
    return out.svg();
}

}  // namespace quench::trainer::cli

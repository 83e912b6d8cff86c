#include "orchestrator/simulate/plot.hpp"

#include "base/plot/panel.hpp"
#include "base/quantile.hpp"
#include "orchestrator/core/state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

using base::quantile;
using base::plot::Anchor;
using base::plot::Drawing;
using base::plot::entry;
using base::plot::Panel;
using base::plot::Place;
using base::plot::Point;
using base::plot::series;

constexpr int points = 240;  ///< of a line
constexpr double heading = 56, entry_height = 20;
constexpr Place whole{.corner = {}, .width = 560, .height = 420};

enum class Spent { resource, time };

double along(Spent axis, const Improvement& improvement) {
    return axis == Spent::resource ? static_cast<double>(improvement.spent) : improvement.seconds;
}
double end_of(Spent axis, const Run& run) {
    return axis == Spent::resource ? static_cast<double>(run.resource) : run.seconds;
}

struct Band {
    double x = 0, low = 0, middle = 0, high = 0;
};

/// The best value that a run had at x.
std::optional<double> best_at(Spent axis, const Run& run, double x) {
    const auto after =
        std::upper_bound(run.improvements.begin(), run.improvements.end(), x,
                         [axis](double at, const Improvement& i) { return at < along(axis, i); });
    if (after == run.improvements.begin()) return std::nullopt;
    return std::prev(after)->value;
}

std::vector<Band> bands(Spent axis, const std::vector<Run>& runs) {
    double end = 0;
    for (const Run& run : runs) end = std::max(end, end_of(axis, run));
    std::vector<Band> line;
    for (int i = 0; i <= points; ++i) {
        const double x = end * i / points;
        std::vector<double> values;
        for (const Run& run : runs)
            if (const auto value = best_at(axis, run, x)) values.push_back(*value);
        if (values.empty() || 2 * values.size() < runs.size()) continue;
        std::sort(values.begin(), values.end());
        line.push_back({x, quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)});
    }
    return line;
}

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    /// Some room on both sides; a range without extent gets one.
    [[nodiscard]] Range padded() const {
        if (!(low <= high)) return {0, 1};
        const double room = high > low ? 0.04 * (high - low) : std::max(1e-9, 0.05 * std::abs(low));
        return {low - room, high + room};
    }
};

void draw_panel(Spent axis, const PlotText& text, const std::vector<PlotLine>& lines, Drawing& out) {
    std::vector<std::vector<Band>> all;
    double end = 0;
    for (const PlotLine& line : lines) {
        all.push_back(bands(axis, *line.runs));
        for (const Band& band : all.back()) end = std::max(end, band.x);
    }
    if (!(end > 0)) end = 1;
    Range range;
    for (const auto& line : all)
        for (const Band& band : line) {
            range.take(text.direction == core::Direction::minimize ? band.low : band.high);
            if (band.x >= 0.05 * end) range.take(band.middle);
        }
    range = range.padded();

    const bool left = axis == Spent::resource;
    Panel panel(out, {{left ? 0 : whole.width, heading}, whole.width, whole.height}, "",
                {left ? text.unit + "s spent" : std::string("seconds on the virtual clock"), 0, end},
                {"best " + text.metric + " so far", range.low, range.high});
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<Point> low, middle, high;
        for (const Band& band : all[i]) {
            low.push_back({band.x, band.low});
            middle.push_back({band.x, band.middle});
            high.push_back({band.x, band.high});
        }
        panel.band(series(i, lines[i].name), low, high);
        panel.curve(series(i, lines[i].name), middle);
    }
}

}  // namespace

std::string plot_svg(const PlotText& text, const std::vector<PlotLine>& lines) {
    const double legend = heading + whole.height + 14;
    const auto rows = static_cast<double>((lines.size() + 1) / 2);
    Drawing out(2 * whole.width, legend + entry_height * rows);
    out.text({20, 26}, text.title, {.size = 16, .anchor = Anchor::start, .bold = true});
    out.text({20, 46}, fmt::format("best {} so far: median and quartiles over seeds", text.metric),
             {.anchor = Anchor::start});
    draw_panel(Spent::resource, text, lines, out);
    draw_panel(Spent::time, text, lines, out);
    for (std::size_t i = 0; i < lines.size(); ++i)
        entry(out,
              {40 + static_cast<double>(i % 2) * whole.width,
               legend + entry_height * static_cast<double>(i / 2)},
              series(i, lines[i].name));
    return out.svg();
}

}  // namespace quench::orchestrator::simulate

#include "orchestrator/cli/front_plot.hpp"

#include "base/plot/panel.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using base::plot::Anchor;
using base::plot::Drawing;
using base::plot::Panel;
using base::plot::Place;
using base::plot::Point;

constexpr Place whole{};
constexpr double heading = 36, legend = 24;

base::plot::Series best_trials() {
    return base::plot::series(1, "trials that nothing beats, with their numbers");
}

struct Dot {
    Point at;
    std::uint64_t trial = 0;
};

/// An axis that holds all values, with a margin.
base::plot::Axis axis(const std::string& label, const std::vector<Dot>& dots, double Point::*value) {
    base::plot::Axis out{label, 0, 1};
    if (dots.empty()) return out;
    const auto [low, high] = std::ranges::minmax_element(dots, {}, [&](const Dot& d) { return d.at.*value; });
    out.low = low->at.*value;
    out.high = high->at.*value;
    const double margin = out.high > out.low ? 0.05 * (out.high - out.low) : 0.5;
    out.low -= margin;
    out.high += margin;
    return out;
}

void draw(double column, const std::string& x, const std::string& y, const std::vector<Dot>& all,
          std::vector<Dot> front, bool line, Drawing& out) {
    Panel panel(out, {{column * whole.width, heading}}, "", axis(x, all, &Point::x), axis(y, all, &Point::y));
    for (const Dot& dot : all) out.circle(panel.at(dot.at.x, dot.at.y), 3, "#aaaaaa");
    std::ranges::sort(front, {}, [](const Dot& dot) { return dot.at.x; });
    const base::plot::Series style = best_trials();
    std::vector<Point> corners;
    for (const Dot& dot : front) {
        corners.push_back(dot.at);
        const Point at = panel.at(dot.at.x, dot.at.y);
        out.circle(at, 4, style.line.color);
        out.text({at.x + 6, at.y - 5}, fmt::format("{}", dot.trial), {.size = 10, .anchor = Anchor::start});
    }
    if (line) panel.curve(style, corners);
}

}  // namespace

std::string front_plot(const core::State& state, const core::Front& front) {
    const auto objectives = state.study().objectives();
    const auto value = [](const core::Point& point, std::size_t i) {
        return i == 0 ? point.value : point.others[i - 1];
    };
    const std::size_t pairs = objectives.size() * (objectives.size() - 1) / 2;
    Drawing out(whole.width * static_cast<double>(std::max<std::size_t>(pairs, 1)),
                heading + whole.height + legend);
    out.text({20, 26}, state.study().name, {.size = 16, .anchor = Anchor::start, .bold = true});
    double column = 0;
    for (std::size_t a = 0; a < objectives.size(); ++a)
        for (std::size_t b = a + 1; b < objectives.size(); ++b) {
            std::vector<Dot> all, best;
            for (const core::Trial& trial : state.trials)
                if (const core::Point* result = trial.result())
                    all.push_back({{value(*result, a), value(*result, b)}, trial.id.value()});
            for (std::size_t i = 0; i < front.trials.size(); ++i)
                best.push_back({{front.values[i][a], front.values[i][b]}, front.trials[i].trial.value()});
            // Of three objectives, two alone do not make the front a line.
            draw(column++, objectives[a].metric, objectives[b].metric, all, std::move(best),
                 objectives.size() == 2, out);
        }
    const base::plot::Series style = best_trials();
    const double below = heading + whole.height;
    out.circle({40, below + 6}, 4, style.line.color);
    out.text({52, below + 10}, style.name, {.anchor = Anchor::start});
    return out.svg();
}

}  // namespace quench::orchestrator::cli

#include "base/plot/drawing.hpp"
#include "trainer/metrics/plot/plots.hpp"

#include <cmath>

#include <fmt/format.h>

namespace quench::trainer::metrics::plot {
namespace {

using base::plot::Anchor;
using base::plot::Drawing;
using base::plot::Point;

constexpr double cell = 58, left = 96, top = 92, between = 30, bottom = 34;
constexpr auto classes = static_cast<double>(event::categories);

// White for 0, dark blue for 1. The root shows the small shares, of which confusion is about.
std::string color_of(double share) {
    const double depth = std::sqrt(share);
    const auto mix = [depth](double dark) {
        return static_cast<int>(std::lround(255 + depth * (dark - 255)));
    };
    return fmt::format("#{:02x}{:02x}{:02x}", mix(8), mix(64), mix(129));
}

void draw_matrix(const Reconstruction& one, Point corner, Drawing& out) {
    out.text({corner.x + classes * cell / 2, top - 46}, one.name, {.size = 14, .bold = true});
    for (std::size_t t = 0; t < event::categories; ++t) {
        const double y = corner.y + static_cast<double>(t) * cell;
        for (std::size_t m = 0; m < event::categories; ++m) {
            const double x = corner.x + static_cast<double>(m) * cell;
            const auto share = Tally{one.rows.confusion[t][m], one.efficiency[t].whole}.share();
            out.rectangle({x + 0.75, y + 0.75}, cell - 1.5, cell - 1.5, share ? color_of(*share) : "#f2f2f2");
            out.text({x + cell / 2, y + cell / 2 + 4}, share ? fmt::format("{:.3f}", *share) : "-",
                     {.size = 12.5, .color = share && *share > 0.3 ? "#ffffff" : "#222222"});
        }
    }
    for (std::size_t m = 0; m < event::categories; ++m)
        out.text({corner.x + (static_cast<double>(m) + 0.5) * cell, corner.y - 9}, class_names[m]);
    out.text({corner.x + classes * cell / 2, corner.y - 28}, "reconstructed class");
}

}  // namespace

std::string confusion(const Metrics& metrics) {
    const auto count = static_cast<double>(metrics.reconstructions.size());
    Drawing out(left + count * (classes * cell + between), top + classes * cell + bottom);
    out.text({left, 24},
             fmt::format("Confusion of classes, {} events: share of each true class", metrics.events),
             {.size = 16, .anchor = Anchor::start, .bold = true});
    for (std::size_t t = 0; t < event::categories; ++t)
        out.text({left - 10, top + (static_cast<double>(t) + 0.5) * cell + 4}, class_names[t],
                 {.anchor = Anchor::end});
    out.text({24, top + classes * cell / 2}, "true class", {.upwards = true});
    double x = left;
    for (const Reconstruction& one : metrics.reconstructions) {
        draw_matrix(one, {x, top}, out);
        x += classes * cell + between;
    }
    return out.svg();
}

}  // namespace quench::trainer::metrics::plot

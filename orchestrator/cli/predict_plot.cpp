#include "orchestrator/cli/predict_plot.hpp"

#include "base/plot/panel.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

using Json = nlohmann::ordered_json;
using base::plot::Anchor;
using base::plot::Drawing;
using base::plot::entry;
using base::plot::Measured;
using base::plot::Panel;
using base::plot::Place;
using base::plot::series;

constexpr double plot_heading = 36;  ///< height above the panels

// A panel of the picture: which part of the result, against what, and what of it.
struct PlotPanel {
    const char *part, *x, *y;
    const char* deviation;  ///< of y; null: none is known
    std::string x_label, y_label;
};

void draw_panel(const PlotPanel& what, double column, const std::vector<std::string>& predictors,
                const Json& v, Drawing& out) {
    std::vector<std::vector<Measured>> lines;
    double high = 0;
    for (const std::string& name : predictors) {
        lines.emplace_back();
        for (const Json& row : v[what.part]) {
            if (row["predictor"] != name || row[what.y].is_null()) continue;
            const double x = row[what.x].get<double>(), y = row[what.y].get<double>();
            const double deviation = what.deviation != nullptr ? row[what.deviation].get<double>() : 0.0;
            lines.back().push_back({x, x, y, y - deviation, y + deviation});
            high = std::max(high, x);
        }
    }
    constexpr Place whole{};
    Panel panel(out, {{column * whole.width, plot_heading}}, "",
                {what.x_label, 0, high > 0 ? 1.05 * high : 1}, {what.y_label, 0, 1});
    for (std::size_t i = 0; i < lines.size(); ++i) panel.points(series(i, predictors[i]), lines[i]);
}

}  // namespace

std::string predict_plot(const std::string& title, const std::vector<std::string>& predictors,
                         double train_known, const Json& v) {
    const std::string known = "share of the curve that is known";
    const std::vector<PlotPanel> panels = {
        {"by_known", "known", "r2", "r2_sd", known, "R2, grouped folds"},
        {"by_known", "known", "rank_correlation", nullptr, known, "rank correlation"},
        {"by_train", "train", "r2", "r2_sd",
         fmt::format("training curves ({:.0f} % known)", 100 * train_known), "R2"}};
    constexpr Place whole{};
    constexpr double entry_height = 20;
    Drawing drawing(whole.width * static_cast<double>(panels.size()),
                    plot_heading + whole.height + entry_height * static_cast<double>(predictors.size() + 1));
    drawing.text({20, 26}, title, {.size = 16, .anchor = Anchor::start, .bold = true});
    for (std::size_t i = 0; i < panels.size(); ++i)
        draw_panel(panels[i], static_cast<double>(i), predictors, v, drawing);
    for (std::size_t i = 0; i < predictors.size(); ++i)
        entry(drawing, {40, plot_heading + whole.height + entry_height * static_cast<double>(i + 1)},
              series(i, predictors[i]));
    return drawing.svg();
}

}  // namespace quench::orchestrator::cli

#include "trainer/cli/train/time_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace quench::trainer::cli {
namespace {

constexpr double width = 640, height = 400, left = 70, right = 20, top = 50, bottom = 50;
constexpr std::array colors = {"#1f5fa8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#444444"};

// A round number at least as large, of 1, 2 or 5 times a power of ten.
double round_up(double x) {
    const double decade = std::pow(10.0, std::floor(std::log10(std::max(x, 1e-9))));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * decade >= x) return factor * decade;
    return 10 * decade;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else
            out += c;
    }
    return out;
}

struct Scale {
    double most_x = 1, most_y = 1;

    [[nodiscard]] double x(std::size_t i) const {
        return left + (static_cast<double>(i) + 0.5) / most_x * (width - left - right);
    }
    [[nodiscard]] double y(double seconds) const {
        return height - bottom - seconds / most_y * (height - top - bottom);
    }
};

void add_axes(const TimePlot& plot, const Scale& scale, std::string& out) {
    out += fmt::format(
        "<text x=\"{}\" y=\"26\" text-anchor=\"middle\" font-size=\"15\">{}</text>\n"
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n"
        "<text x=\"16\" y=\"{}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {})\">time [s]</text>\n",
        width / 2, escaped(plot.title), width / 2, height - 10, escaped(plot.unit), height / 2, height / 2);
    constexpr int lines = 5;
    for (int i = 0; i <= lines; ++i) {
        const double seconds = scale.most_y * i / lines;
        out += fmt::format(
            "<line x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>\n"
            "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.4g}</text>\n",
            left, scale.y(seconds), width - right, scale.y(seconds), left - 6, scale.y(seconds) + 4, seconds);
    }
    const auto count = static_cast<std::size_t>(scale.most_x);
    const std::size_t every = (count + 19) / 20;  // more than 20 numbers would touch
    for (std::size_t i = 0; i < count; i += every)
        out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", scale.x(i),
                           height - bottom + 18, i + 1);
}

void add_series(const TimePlot::Series& series, const Scale& scale, const char* color, std::string& out) {
    const std::vector<double>& times = series.times;
    for (std::size_t i = 0; i < times.size(); ++i) {
        out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" stroke=\"{}\" fill=\"{}\"/>\n",
                           scale.x(i), scale.y(times[i]), color, i == 0 ? "white" : color);
        if (times.size() <= 20)
            out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.3g}</text>\n",
                               scale.x(i), scale.y(times[i]) - 8, times[i]);
    }
    if (times.size() < 2) return;
    const double mean =
        std::accumulate(times.begin() + 1, times.end(), 0.0) / static_cast<double>(times.size() - 1);
    out += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" "
        "stroke-dasharray=\"5 4\"/>\n",
        scale.x(1), scale.y(mean), scale.x(times.size() - 1), scale.y(mean), color);
}

}  // namespace

std::string to_svg(const TimePlot& plot) {
    Scale scale;
    double most = 0;
    for (const TimePlot::Series& series : plot.series)
        for (const double t : series.times) {
            most = std::max(most, t);
            scale.most_x = std::max(scale.most_x, static_cast<double>(series.times.size()));
        }
    scale.most_y = round_up(1.05 * most);
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
        width, height);
    add_axes(plot, scale, out);
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        const char* color = colors[i % colors.size()];
        add_series(plot.series[i], scale, color, out);
        if (plot.series.size() > 1)
            out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n",
                               width - right, top + 14 * static_cast<double>(i), color,
                               escaped(plot.series[i].name));
    }
    return out + "</svg>\n";
}

}  // namespace quench::trainer::cli

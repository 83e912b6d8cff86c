#include "orchestrator/cli/line_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace quench::orchestrator::cli {
namespace {

constexpr double width = 420, height = 300, left = 64, top = 52, between = 84, legend_row = 20;
// Okabe and Ito's colours, which most people with colour-blindness tell apart.
constexpr std::array colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                             "#e69f00", "#56b4e9", "#8c6d31", "#000000"};

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out;
}

std::vector<std::string> names_of(const std::vector<ChartPanel>& panels) {
    std::vector<std::string> names;
    for (const ChartPanel& panel : panels)
        for (const ChartLine& line : panel.lines)
            if (std::ranges::find(names, line.name) == names.end()) names.push_back(line.name);
    return names;
}

class Drawing {
  public:
    Drawing(const ChartPanel& panel, double x0) : panel_(panel), x0_(x0) {
        for (const ChartLine& line : panel.lines) {
            for (const ChartPoint& point : line.points) {
                low_ = std::min(low_, point.x);
                high_ = std::max(high_, point.x);
                if (std::ranges::find(at_, point.x) == at_.end()) at_.push_back(point.x);
            }
        }
        if (!(low_ < high_)) {
            low_ -= 0.5;
            high_ += 0.5;
        }
    }

    [[nodiscard]] std::string frame() const {
        std::string out;
        constexpr int steps = 5;
        for (int i = 0; i <= steps; ++i) {
            const double value = panel_.y_low + (panel_.y_high - panel_.y_low) * i / steps;
            out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                               x0_, x0_ + width, y(value), y(value));
            out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.2g}</text>\n", x0_ - 6,
                               y(value) + 4, value);
        }
        for (const double value : at_)
            out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.4g}</text>\n", x(value),
                               top + height + 18, value);
        out += fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", x0_, top,
                           width, height);
        out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x0_ + width / 2,
                           top + height + 38, escaped(panel_.x_label));
        out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", x0_, top - 8, escaped(panel_.y_label));
        return out;
    }

    [[nodiscard]] std::string line(const ChartLine& line, const char* colour) const {
        std::string path, bars;
        for (const ChartPoint& p : line.points) {
            if (!std::isfinite(p.y)) continue;
            path += fmt::format("{:.1f},{:.1f} ", x(p.x), y(p.y));
            bars += fmt::format(
                "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n",
                x(p.x), y(p.y - p.deviation), y(p.y + p.deviation), colour);
            bars += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x(p.x), y(p.y),
                                colour);
        }
        return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\n",
                           path, colour) +
               bars;
    }

  private:
    [[nodiscard]] double x(double value) const { return x0_ + width * (value - low_) / (high_ - low_); }
    [[nodiscard]] double y(double value) const {
        const double inside = std::clamp(value, panel_.y_low, panel_.y_high);
        return top + height * (panel_.y_high - inside) / (panel_.y_high - panel_.y_low);
    }

    const ChartPanel& panel_;
    double x0_;
    double low_ = 1e300, high_ = -1e300;
    std::vector<double> at_;
};

}  // namespace

std::string line_chart(const std::string& title, const std::vector<ChartPanel>& panels) {
    const auto names = names_of(panels);
    const double whole = left + static_cast<double>(panels.size()) * (width + between);
    const double legend = top + height + 62;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<style>.grid{{stroke:#ddd}}.frame{{fill:none;stroke:#333}}</style>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        whole, legend + legend_row * static_cast<double>(names.size()));
    out += fmt::format("<text x=\"{}\" y=\"24\" font-size=\"15\">{}</text>\n", left, escaped(title));
    for (std::size_t p = 0; p < panels.size(); ++p) {
        const Drawing drawing(panels[p], left + static_cast<double>(p) * (width + between));
        out += drawing.frame();
        for (const ChartLine& line : panels[p].lines) {
            const auto colour = std::ranges::find(names, line.name) - names.begin();
            out += drawing.line(line, colours[static_cast<std::size_t>(colour) % colours.size()]);
        }
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        const double y = legend + legend_row * static_cast<double>(i);
        out += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"3\"/>",
                           left, left + 24, y - 4, y - 4, colours[i % colours.size()]);
        out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", left + 32, y, escaped(names[i]));
    }
    return out + "</svg>\n";
}

}  // namespace quench::orchestrator::cli

#include "orchestrator/simulate/plot.hpp"

#include "orchestrator/core/state.hpp"
#include "orchestrator/simulate/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace quench::orchestrator::simulate {
namespace {

constexpr int points = 240;  ///< of a line
constexpr double width = 470, height = 330, left = 76, top = 62, between = 100;
// Okabe and Ito's colours, which most people with colour-blindness tell apart; black last.
constexpr std::array colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                             "#e69f00", "#56b4e9", "#8c6d31", "#000000"};

enum class Axis { resource, time };

double along(Axis axis, const Improvement& improvement) {
    return axis == Axis::resource ? static_cast<double>(improvement.spent) : improvement.seconds;
}
double end_of(Axis axis, const Run& run) {
    return axis == Axis::resource ? static_cast<double>(run.resource) : run.seconds;
}

struct Band {
    double x = 0, low = 0, middle = 0, high = 0;
};

/// The best value that a run had at x.
std::optional<double> best_at(Axis axis, const Run& run, double x) {
    const auto after =
        std::upper_bound(run.improvements.begin(), run.improvements.end(), x,
                         [axis](double at, const Improvement& i) { return at < along(axis, i); });
    if (after == run.improvements.begin()) return std::nullopt;
    return std::prev(after)->value;
}

std::vector<Band> bands(Axis axis, const std::vector<Run>& runs) {
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

/// About five round numbers inside a range.
std::vector<double> ticks(const Range& range) {
    const double rough = (range.high - range.low) / 5;
    const double magnitude = std::pow(10, std::floor(std::log10(rough)));
    double step = magnitude;
    for (const double factor : {2.0, 5.0, 10.0})
        if (step < rough) step = factor * magnitude;
    std::vector<double> at;
    for (double i = std::ceil(range.low / step); i * step <= range.high && at.size() < 20; ++i)
        at.push_back(i * step);
    return at;
}

class Panel {
  public:
    Panel(Axis axis, double x0, const PlotText& text, const std::vector<PlotLine>& lines)
        : axis_(axis), x0_(x0), text_(text) {
        for (const PlotLine& line : lines) lines_.push_back(bands(axis, *line.runs));
        x_.take(0);
        for (const auto& line : lines_)
            for (const Band& band : line) x_.take(band.x);
        if (!(x_.high > 0)) x_.high = 1;
        for (const auto& line : lines_)
            for (const Band& band : line) {
                y_.take(text.direction == core::Direction::minimize ? band.low : band.high);
                if (band.x >= 0.05 * x_.high) y_.take(band.middle);
            }
        y_ = y_.padded();
    }

    [[nodiscard]] std::string svg() const {
        const char* name = axis_ == Axis::resource ? "by-resource" : "by-time";
        std::string out = fmt::format("<g id=\"{}\">\n", name);
        out += fmt::format(
            "<clipPath id=\"inside-{0}\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" "
            "height=\"{4}\"/></clipPath>\n",
            name, x0_, top, width, height);
        for (const double at : ticks(y_)) {
            out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n",
                               x0_, x0_ + width, y(at), y(at));
            out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.6g}</text>\n", x0_ - 6,
                               y(at) + 4, at);
        }
        for (const double at : ticks(x_))
            out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.6g}</text>\n", x(at),
                               top + height + 18, at);
        out += fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>\n", x0_, top,
                           width, height);
        const std::string label = axis_ == Axis::resource ? escaped(text_.unit) + "s spent"
                                                          : std::string("seconds on the virtual clock");
        out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x0_ + width / 2,
                           top + height + 40, label);
        out += fmt::format("<g clip-path=\"url(#inside-{})\">\n", name);
        for (std::size_t i = 0; i < lines_.size(); ++i) out += curve(lines_[i], colours[i % colours.size()]);
        return out + "</g>\n</g>\n";
    }

  private:
    [[nodiscard]] double x(double value) const { return x0_ + width * (value - x_.low) / (x_.high - x_.low); }
    // Far beyond the frame is as good as anywhere beyond it, and viewers do not like large numbers.
    [[nodiscard]] double y(double value) const {
        return std::clamp(top + height * (y_.high - value) / (y_.high - y_.low), top - 2000,
                          top + height + 2000);
    }

    [[nodiscard]] std::string curve(const std::vector<Band>& line, const char* colour) const {
        if (line.empty()) return "";
        std::string band;
        std::string middle;
        for (const Band& at : line) {
            band += fmt::format("{:.1f},{:.1f} ", x(at.x), y(at.high));
            middle += fmt::format("{:.1f},{:.1f} ", x(at.x), y(at.middle));
        }
        for (auto at = line.rbegin(); at != line.rend(); ++at)
            band += fmt::format("{:.1f},{:.1f} ", x(at->x), y(at->low));
        return fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.15\"/>\n", band, colour) +
               fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>\n",
                           middle, colour);
    }

    Axis axis_;
    double x0_;
    const PlotText& text_;
    std::vector<std::vector<Band>> lines_;
    Range x_;
    Range y_;
};

}  // namespace

std::string plot_svg(const PlotText& text, const std::vector<PlotLine>& lines) {
    const double whole = left + width + between + width + 24;
    const double legend = top + height + 66;
    const double bottom = legend + 20 * std::ceil(static_cast<double>(lines.size()) / 2) + 6;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<style>.grid{{stroke:#ddd}}.frame{{fill:none;stroke:#333}}</style>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        whole, bottom);
    out += fmt::format("<text x=\"{}\" y=\"24\" font-size=\"15\">{}</text>\n", left, escaped(text.title));
    out += fmt::format("<text x=\"{}\" y=\"46\">best {} so far: median and quartiles over seeds</text>\n",
                       left, escaped(text.metric));
    out += Panel(Axis::resource, left, text, lines).svg();
    out += Panel(Axis::time, left + width + between, text, lines).svg();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double x = left + static_cast<double>(i % 2) * (width + between);
        const double y = legend + 20 * static_cast<double>(i / 2);
        out += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"3\"/>",
                           x, x + 24, y, y, colours[i % colours.size()]);
        out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", x + 32, y + 4, escaped(lines[i].name));
    }
    return out + "</svg>\n";
}

}  // namespace quench::orchestrator::simulate

#include "base/plot/panel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace quench::base::plot {
namespace {

constexpr double left = 66, right = 18, top = 38, bottom = 52;
constexpr double legend_line = 17;

// 0 at the low end of the axis, 1 at the high one.
double along(const Axis& axis, double x) {
    if (axis.scale == Scale::linear) return (x - axis.low) / (axis.high - axis.low);
    return std::log(x / axis.low) / std::log(axis.high / axis.low);
}

}  // namespace

double rounded_up(double x) {
    if (!(x > 0) || !std::isfinite(x)) return 1;
    const double decade = std::pow(10.0, std::floor(std::log10(x)));
    for (const double factor : {1.0, 1.5, 2.0, 3.0, 5.0, 7.5})
        if (factor * decade >= x) return factor * decade;
    return 10 * decade;
}

std::vector<double> ticks_of(const Axis& axis) {
    constexpr double slack = 1e-9;  // for the rounding of sums of steps
    std::vector<double> out;
    if (axis.scale == Scale::linear) {
        const double range = axis.high - axis.low;
        const double decade = std::pow(10.0, std::floor(std::log10(range / 4)));
        const double mantissa = range / 4 / decade;
        const double step = decade * (mantissa < 1.5 ? 1 : mantissa < 3.5 ? 2 : mantissa < 7.5 ? 5 : 10);
        for (double i = std::ceil(axis.low / step - slack); i * step <= axis.high + slack * range; ++i)
            out.push_back(i * step + 0.0);  // no -0
        return out;
    }
    const bool few = axis.high / axis.low < 200;
    for (double decade = std::floor(std::log10(axis.low)); decade <= std::log10(axis.high); ++decade)
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double x = factor * std::pow(10.0, decade);
            if ((few || factor == 1) && x >= axis.low * (1 - slack) && x <= axis.high * (1 + slack))
                out.push_back(x);
        }
    return out;
}

Series series(std::size_t number, const std::string& name) {
    static constexpr std::array colors = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                          "#56B4E9", "#E69F00", "#8C6D31", "#000000"};
    static constexpr std::array dashes = {"", "7 3", "2 3"};
    return {name,
            {.color = colors[number % colors.size()], .width = 2, .dashes = dashes[number % dashes.size()]}};
}

void entry(Drawing& drawing, Point at, const Series& series) {
    constexpr double sample = 26;
    drawing.line(at, {at.x + sample, at.y}, series.line);
    drawing.text({at.x + sample + 8, at.y + 4}, series.name, {.anchor = Anchor::start});
}

Panel::Panel(Drawing& drawing, const Place& place, const std::string& title, Axis x, Axis y)
    : drawing_(drawing),
      corner_{place.corner.x + left, place.corner.y + top},
      width_(place.width - left - right),
      height_(place.height - top - bottom),
      x_(std::move(x)),
      y_(std::move(y)) {
    const double end = corner_.x + width_, floor = corner_.y + height_;
    drawing_.text({corner_.x + width_ / 2, corner_.y - 12}, title, {.size = 14, .bold = true});
    const LineStyle grid{.color = "#e4e4e4"};
    for (const double tick : ticks_of(x_)) {
        const double place_x = at(tick, y_.low).x;
        drawing_.line({place_x, corner_.y}, {place_x, floor}, grid);
        drawing_.text({place_x, floor + 17}, fmt::format("{:g}", tick), {.size = 11});
    }
    for (const double tick : ticks_of(y_)) {
        const double place_y = at(x_.low, tick).y;
        drawing_.line({corner_.x, place_y}, {end, place_y}, grid);
        drawing_.text({corner_.x - 7, place_y + 4}, fmt::format("{:g}", tick),
                      {.size = 11, .anchor = Anchor::end});
    }
    drawing_.lines({{corner_.x, corner_.y}, {corner_.x, floor}, {end, floor}},
                   {.color = "#444444", .width = 1.2});
    drawing_.text({corner_.x + width_ / 2, floor + 39}, x_.label);
    drawing_.text({corner_.x - 48, corner_.y + height_ / 2}, y_.label, {.upwards = true});
}

Point Panel::at(double x, double y) const {
    return {corner_.x + along(x_, x) * width_, corner_.y + (1 - along(y_, y)) * height_};
}

bool Panel::shows(double x, double y) const {
    return x >= x_.low && x <= x_.high && y >= y_.low && y <= y_.high;
}

void Panel::points(const Series& series, const std::vector<Measured>& values) {
    std::vector<Point> middles;
    for (const Measured& value : values) {
        // A bin that begins below the axis is drawn from where the axis begins.
        const double from = std::max(value.from, x_.low), to = std::min(value.to, x_.high);
        if (!(from <= to)) continue;
        const double middle = x_.scale == Scale::linear ? (from + to) / 2 : std::sqrt(from * to);
        if (!shows(middle, value.value)) continue;
        const LineStyle thin{.color = series.line.color, .width = 1.2};
        drawing_.line(at(middle, std::max(value.low, y_.low)), at(middle, std::min(value.high, y_.high)),
                      thin);
        if (from < to) drawing_.line(at(from, value.value), at(to, value.value), thin);
        middles.push_back(at(middle, value.value));
    }
    if (middles.size() > 1) drawing_.lines(middles, series.line);
    for (const Point& middle : middles) drawing_.circle(middle, 3.5, series.line.color);
}

// Far beyond the frame is as good as anywhere beyond it, and viewers do not like large numbers.
std::vector<Point> Panel::places(const std::vector<Point>& values) const {
    constexpr double far = 2000;
    std::vector<Point> out;
    for (const Point& value : values) {
        const Point place = at(value.x, value.y);
        if (std::isnan(place.x) || std::isnan(place.y)) continue;
        out.push_back({std::clamp(place.x, corner_.x - far, corner_.x + width_ + far),
                       std::clamp(place.y, corner_.y - far, corner_.y + height_ + far)});
    }
    return out;
}

void Panel::curve(const Series& series, const std::vector<Point>& values) {
    const std::vector<Point> line = places(values);
    if (line.empty()) return;
    drawing_.inside(corner_, width_, height_, [&] { drawing_.lines(line, series.line); });
}

void Panel::band(const Series& series, const std::vector<Point>& low, const std::vector<Point>& high) {
    std::vector<Point> around = low;
    around.insert(around.end(), high.rbegin(), high.rend());
    around = places(around);
    if (around.empty()) return;
    drawing_.inside(corner_, width_, height_, [&] { drawing_.area(around, series.line.color, 0.15); });
}

void Panel::steps(const Series& series, const std::vector<double>& heights) {
    std::vector<Point> outline = {at(x_.low, y_.low)};
    const double width = (x_.high - x_.low) / static_cast<double>(std::max<std::size_t>(heights.size(), 1));
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const double y = std::min(heights[i], y_.high), x = x_.low + width * static_cast<double>(i);
        outline.push_back(at(x, y));
        outline.push_back(at(x + width, y));
    }
    outline.push_back(at(x_.high, y_.low));
    drawing_.area(outline, series.line.color, 0.12);
    drawing_.lines(outline, series.line);
}

void Panel::level(double y) {
    if (shows(x_.low, y)) drawing_.line(at(x_.low, y), at(x_.high, y), {.color = "#888888", .dashes = "3 3"});
}

void Panel::legend(const Series& series, const std::string& text) {
    constexpr double letter = 6.1, sample = 26;
    const double end = corner_.x + width_ - 8, y = corner_.y + 12 + entries_++ * legend_line;
    const double begin = end - letter * static_cast<double>(text.size());
    drawing_.rectangle({begin - sample - 10, y - 9}, end - begin + sample + 16, legend_line, "#ffffff");
    drawing_.line({begin - sample - 6, y}, {begin - 6, y}, series.line);
    drawing_.text({begin, y + 4}, text, {.size = 11.5, .anchor = Anchor::start});
}

}  // namespace quench::base::plot

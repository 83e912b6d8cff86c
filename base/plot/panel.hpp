// A frame with axes, in which series are drawn.
#pragma once

#include "base/plot/drawing.hpp"

#include <string>
#include <vector>

namespace quench::base::plot {

enum class Scale { linear, logarithmic };

struct Axis {
    std::string label;  ///< with its unit, as in "true pt [GeV]"
    double low = 0, high = 1;
    Scale scale = Scale::linear;  ///< logarithmic: low above 0
};

/// Places of an axis that get a number, a few of them, round ones.
std::vector<double> ticks_of(const Axis& axis);

/// The least of 1, 1.5, 2, 3, 5, 7.5, 10 times a power of ten that is at least `x`; 1 for what is not above
/// 0.
double rounded_up(double x);

/// What is compared in a picture, told apart by colour and by dashes.
struct Series {
    std::string name;
    LineStyle line;
};
/// Colours that colour-blind people can tell apart (Okabe and Ito). Repeats after eight.
Series series(std::size_t number, const std::string& name);

/// A sample of the line and the name, `at` its left end; for legends outside of panels.
void entry(Drawing& drawing, Point at, const Series& series);

/// A measured value over a bin (or at a place: from = to), with the interval in which it probably lies.
struct Measured {
    double from = 0, to = 0;
    double value = 0, low = 0, high = 0;
};

/// Where a panel lies: the whole of it, with its title and the labels of its axes.
struct Place {
    Point corner;
    double width = 460, height = 330;
};

class Panel {
  public:
    /// Draws title, frame, grid, axes. `drawing` outlives the panel.
    Panel(Drawing& drawing, const Place& place, const std::string& title, Axis x, Axis y);

    /// A point a bin with its interval, joined by a line. What lies outside of the axes, or is not finite, is
    /// not shown.
    void points(const Series& series, const std::vector<Measured>& values);
    /// A line through values (x to the right, y upwards), whose parts outside of the axes are cut off.
    void curve(const Series& series, const std::vector<Point>& values);
    /// What lies between two lines of equally many values, filled a little and cut off as a curve is.
    void band(const Series& series, const std::vector<Point>& low, const std::vector<Point>& high);
    /// A histogram's outline over equal bins of the whole x axis, filled a little.
    void steps(const Series& series, const std::vector<double>& heights);
    /// A thin line at a value of y.
    void level(double y);
    /// An entry, in the upper right corner, one below the other.
    void legend(const Series& series, const std::string& text);

    /// Where a value lies on the drawing.
    [[nodiscard]] Point at(double x, double y) const;

  private:
    [[nodiscard]] std::vector<Point> places(const std::vector<Point>& values) const;
    [[nodiscard]] bool shows(double x, double y) const;

    Drawing& drawing_;
    Point corner_;  // upper left, of the frame
    double width_, height_;
    Axis x_, y_;
    double entries_ = 0;
};

}  // namespace quench::base::plot

// A picture as SVG text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace quench::base::plot {

/// Place on the picture: x to the right, y downwards, in pixels.
struct Point {
    double x = 0, y = 0;
};

enum class Anchor { start, middle, end };

struct TextStyle {
    double size = 12;
    Anchor anchor = Anchor::middle;
    std::string color = "#222222";
    bool bold = false;
    bool upwards = false;  ///< turned by 90 degrees
};

struct LineStyle {
    std::string color = "#222222";
    double width = 1;
    std::string dashes{};  ///< "6 3"; empty: a whole line
};

/// Things lie above those drawn before. On white, whatever the page's background; fonts are the reader's.
class Drawing {
  public:
    Drawing(double width, double height);

    void rectangle(Point corner, double width, double height, const std::string& fill);
    void line(Point from, Point to, const LineStyle& style = {});
    void lines(const std::vector<Point>& points, const LineStyle& style);
    /// Filled, without an edge; seen through.
    void area(const std::vector<Point>& points, const std::string& color, double opacity);
    /// `edge`: the colour of its line; empty: none.
    void circle(Point center, double radius, const std::string& fill, const std::string& edge = "");
    /// `at`: the base line at the anchor. Any text.
    void text(Point at, std::string_view text, const TextStyle& style = {});

    /// Of what `draw` draws, only what lies in the rectangle is seen.
    void inside(Point corner, double width, double height, const std::function<void()>& draw);

    /// The whole file, well-formed XML.
    [[nodiscard]] std::string svg() const { return body_ + "</svg>\n"; }

  private:
    std::string body_;
    int windows_ = 0;
};

}  // namespace quench::base::plot

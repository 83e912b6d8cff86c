#include "base/plot/drawing.hpp"

#include <fmt/format.h>

namespace quench::base::plot {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            // XML 1.0 has no other control characters than these.
            case '\t':
            case '\n':
                out += ' ';
                break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20) out += c;
        }
    }
    return out;
}

std::string joined(const std::vector<Point>& points) {
    std::string out;
    for (const Point& p : points) out += fmt::format("{:.2f},{:.2f} ", p.x, p.y);
    if (!out.empty()) out.pop_back();
    return out;
}

std::string attributes(const LineStyle& style) {
    return fmt::format("stroke=\"{}\" stroke-width=\"{:g}\"{}", style.color, style.width,
                       style.dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", style.dashes));
}

}  // namespace

Drawing::Drawing(double width, double height)
    : body_(
          fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" "
                      "height=\"{1:g}\" font-family=\"Helvetica, Arial, sans-serif\">\n",
                      width, height)) {
    rectangle({0, 0}, width, height, "#ffffff");
}

void Drawing::rectangle(Point corner, double width, double height, const std::string& fill) {
    body_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>\n",
                         corner.x, corner.y, width, height, fill);
}

void Drawing::line(Point from, Point to, const LineStyle& style) {
    body_ += fmt::format("<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" {}/>\n", from.x,
                         from.y, to.x, to.y, attributes(style));
}

void Drawing::lines(const std::vector<Point>& points, const LineStyle& style) {
    body_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>\n",
                         joined(points), attributes(style));
}

void Drawing::area(const std::vector<Point>& points, const std::string& color, double opacity) {
    body_ += fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{:g}\"/>\n", joined(points),
                         color, opacity);
}

void Drawing::circle(Point center, double radius, const std::string& fill, const std::string& edge) {
    body_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:g}\" fill=\"{}\"{}/>\n", center.x,
                         center.y, radius, fill, edge.empty() ? "" : fmt::format(" stroke=\"{}\"", edge));
}

void Drawing::inside(Point corner, double width, double height, const std::function<void()>& draw) {
    const int window = ++windows_;
    body_ += fmt::format("<clipPath id=\"window-{}\">\n", window);
    rectangle(corner, width, height, "none");
    body_ += fmt::format("</clipPath>\n<g clip-path=\"url(#window-{})\">\n", window);
    draw();
    body_ += "</g>\n";
}

void Drawing::text(Point at, std::string_view text, const TextStyle& style) {
    const char* anchor = style.anchor == Anchor::start    ? "start"
                         : style.anchor == Anchor::middle ? "middle"
                                                          : "end";
    body_ += fmt::format(
        "<text x=\"{0:.2f}\" y=\"{1:.2f}\" text-anchor=\"{2}\" font-size=\"{3:g}\" "
        "fill=\"{4}\"{5}{6}>{7}</text>\n",
        at.x, at.y, anchor, style.size, style.color, style.bold ? " font-weight=\"bold\"" : "",
        style.upwards ? fmt::format(" transform=\"rotate(-90 {:.2f} {:.2f})\"", at.x, at.y) : "",
        escaped(text));
}

}  // namespace quench::base::plot

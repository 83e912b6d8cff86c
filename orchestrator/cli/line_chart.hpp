// Lines over a few points, as a picture (SVG).
#pragma once

#include <string>
#include <vector>

namespace quench::orchestrator::cli {

struct ChartPoint {
    double x = 0;
    double y = 0;
    double deviation = 0;  ///< of y: drawn as a bar
};

struct ChartLine {
    std::string name;
    std::vector<ChartPoint> points;
};

struct ChartPanel {
    std::string x_label, y_label;
    std::vector<ChartLine> lines;
    double y_low = 0, y_high = 1;  ///< what lies below or above is drawn at the edge
};

/// Panels side by side, one legend for all: lines of the same name have the same colour. Points that are not
/// finite are left out.
std::string line_chart(const std::string& title, const std::vector<ChartPanel>& panels);

}  // namespace quench::orchestrator::cli

// A picture of how long each epoch took.
#pragma once

#include <string>
#include <vector>

namespace quench::trainer::cli {

struct TimePlot {
    std::string title;
    std::string unit;  ///< what is counted to the right: "epoch" or "run"
    struct Series {
        std::string name;           ///< shown if there are several
        std::vector<double> times;  ///< [s]; the first is hollow, because means leave it out
    };
    std::vector<Series> series;
};

/// An SVG file's text: points from 0 upwards with their seconds beside them, and a line at the mean.
std::string to_svg(const TimePlot& plot);

}  // namespace quench::trainer::cli

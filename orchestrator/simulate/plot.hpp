// The best value against what was spent, as a picture (SVG).
#pragma once

#include "orchestrator/core/study.hpp"
#include "orchestrator/simulate/virtual_study.hpp"

#include <string>
#include <vector>

namespace quench::orchestrator::simulate {

struct PlotLine {
    std::string name;
    const std::vector<Run>* runs = nullptr;
};

struct PlotText {
    std::string title;
    std::string metric;
    std::string unit;
    core::Direction direction = core::Direction::minimize;
};

/// Two panels, against resource and against time: for each line the median over its runs of the best value
/// that any trial had reported, in a band from the lower to the upper quartile. A line begins where half of
/// its runs have a value and ends with its longest run. The first twentieth of an axis may leave the picture,
/// so that the rest can be read. Up to eight lines have colours of their own.
std::string plot_svg(const PlotText& text, const std::vector<PlotLine>& lines);

}  // namespace quench::orchestrator::simulate

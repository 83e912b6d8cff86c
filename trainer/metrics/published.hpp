// A reconstruction beside what was published of rule-based particle flow for Delphes at a pile-up of 200:
// whether the generator makes the task that the papers speak of.
#pragma once

#include "trainer/metrics/metrics.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::trainer::metrics {

/// One quantity.
struct PublishedFigure {
    std::string quantity;
    std::optional<double> published;  ///< rule-based PF, read off the plots of jpata/particleflow v1.4
    std::optional<double> ours;       ///< nothing if no row counts for it
};

/// All figures, in a fixed order:
/// confusion (share of the rows of a true class that the candidates put in another), resolutions, correlation
/// and relative difference of multiplicities, efficiency and fake rate of neutral hadrons by energy.
std::vector<PublishedFigure> published_figures(const Reconstruction& ours);

}  // namespace quench::trainer::metrics

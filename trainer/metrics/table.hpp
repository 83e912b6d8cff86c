// Metrics as a table for people.
#pragma once

#include "trainer/metrics/metrics.hpp"

#include <optional>
#include <string>
#include <vector>

namespace quench::trainer::metrics {

/// A line of the table.
struct Figure {
    std::string quantity;
    std::vector<std::optional<double>> values{};  ///< of each reconstruction
    bool signed_difference = false;               ///< best at 0: how much it changes in % says nothing
};

/// What the table has: of every class efficiency, fake rate and multiplicity; resolutions, sums of energies,
/// jets and missing momentum. Figures of classes that the events do not have are left out.
std::vector<Figure> figures_of(const Metrics& metrics);

/// Confusion of each reconstruction, then the figures side by side, a column each; of two also by how much
/// the first, the model, differs from the second. Ends with a newline.
std::string to_table(const Metrics& metrics);

}  // namespace quench::trainer::metrics

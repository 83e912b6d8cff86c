// The learning curves that quench predict judges by.
#pragma once

#include "predictor/curve.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace quench::orchestrator::cli {

struct CurvesAsked {
    std::string table, metric;                    ///< a file; without a metric the first that is no time
    std::size_t target = 0;                       ///< step; 0: the last
    std::optional<double> most = {}, least = {};  ///< of a value at the target
};

struct LearningCurves {
    std::vector<predictor::Curve> curves = {};
    std::size_t configurations = 0;
    std::string metric = {};
    std::size_t target = 0;
    std::size_t beyond = 0;      ///< curves left out for their value at the target
    std::size_t incomplete = 0;  ///< with a value up to the target that is missing or infinite

    /// No curve differs from another at the target.
    [[nodiscard]] bool constant() const;
};

/// Throws Refusal for a table that cannot be read, has no such metric or ends before the target.
[[nodiscard]] LearningCurves read_curves(const CurvesAsked& asked);

}  // namespace quench::orchestrator::cli

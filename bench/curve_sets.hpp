// Learning curves to measure predictors and annealers on.
#pragma once

#include "predictor/curve.hpp"

#include <string>
#include <vector>

namespace quench::bench {

struct CurveSet {
    std::string name;
    std::vector<predictor::Curve> curves;
    predictor::Question question;  ///< a quarter of the curve is known
};

/// Five families of 100 steps, to forecast step 98 from 25: power laws, exponentials, Morgan-Mercer-Flodin
/// curves, power laws whose learning rate drops later on, and noisy power laws.
[[nodiscard]] std::vector<CurveSet> synthetic_sets(std::size_t count, std::uint64_t seed);

/// The first metric of a learning-curve table, to forecast its last step from a quarter. Empty, with a line
/// on stderr, where the file cannot be read.
[[nodiscard]] CurveSet table_set(const std::string& file);

}  // namespace quench::bench

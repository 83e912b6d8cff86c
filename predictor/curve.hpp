// Learning curves, and the question about them that predictors answer.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace quench::predictor {

/// One run: its hyperparameters as numbers (NaN where inactive) and what it reported at steps 1, 2, ... . Two
/// curves with the same parameters are runs of one configuration.
struct Curve {
    std::vector<double> parameters = {};
    std::vector<double> values = {};
    friend bool operator==(const Curve&, const Curve&) = default;
};

/// From the values at steps 1 .. known, the value at step `target` > known. known = 0 asks by parameters
/// alone.
struct Question {
    std::size_t known = 0;
    std::size_t target = 0;
    friend bool operator==(const Question&, const Question&) = default;
};

/// Whether a curve has `known` finite values.
[[nodiscard]] bool has_known(const Curve& curve, const Question& question);
/// Whether it can teach: known values and target are finite.
[[nodiscard]] bool has_answer(const Curve& curve, const Question& question);

/// A number for each curve, the same for runs of one configuration: 0, 1, ... in order of appearance. Curves
/// without parameters are configurations of their own.
[[nodiscard]] std::vector<std::size_t> configurations(std::span<const Curve> curves);

}  // namespace quench::predictor

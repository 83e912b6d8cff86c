// How good predictions are.
#pragma once

#include <span>
#include <vector>

namespace quench::predictor {

/// 1 - sum (truth - value)^2 / sum (truth - mean)^2: the truth first. Constant truths: 1 if all values are
/// right, else 0. Swapping the arguments, as in some published tables, gives another number.
[[nodiscard]] double r2(std::span<const double> truths, std::span<const double> values);
[[nodiscard]] double root_mean_square_error(std::span<const double> truths, std::span<const double> values);
/// Spearman's rank correlation, ties by their mean rank; 0 where one side is constant.
[[nodiscard]] double rank_correlation(std::span<const double> truths, std::span<const double> values);

}  // namespace quench::predictor

// How good a predictor is on curves that are known to their end.
#pragma once

#include "predictor/curve_predictor.hpp"

#include <vector>

namespace quench::predictor {

/// Rows of `curves` to learn from and to judge by.
struct Split {
    std::vector<std::size_t> train = {}, test = {};
};

/// What stays together. `row`: nothing, as in published tables; runs of one configuration then stand on both
/// sides, and the scores are too good.
enum class Together { configuration, row };

/// Cross-validation: every row is tested once. Folds of as many configurations (or rows), at random.
[[nodiscard]] std::vector<Split> folds(std::span<const Curve> curves, std::size_t count, Together together,
                                       std::uint64_t seed);
/// `train_size` rows of different configurations (or any rows) to learn from, at most `most_tested` of the
/// others to judge by; empty where there are too few.
[[nodiscard]] Split random_split(std::span<const Curve> curves, std::size_t train_size,
                                 std::size_t most_tested, Together together, std::uint64_t seed);

struct Score {
    double r2 = 0;
    double rank_correlation = 0;          ///< Spearman's
    double error = 0;                     ///< root mean square
    double fit_ms = 0;                    ///< wall-clock, without calibration
    std::optional<double> coverage = {};  ///< share of truths inside the forecast's 90 % interval
    std::optional<EnergyReport> energies = {};
};

enum class Judge { values, intervals };

/// Curves without the answer take no part. `intervals` calibrates too, which takes some ten fits. An Error
/// from the predictor, or for fewer than two curves on either side.
[[nodiscard]] base::Result<Score> score(const CurvePredictor& predictor, std::span<const Curve> curves,
                                        const Split& split, const Question& question, Judge judge,
                                        std::uint64_t seed);

}  // namespace quench::predictor

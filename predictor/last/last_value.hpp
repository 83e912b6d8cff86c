// The last value stays: the baseline that every other predictor must beat.
#pragma once

#include "predictor/curve_predictor.hpp"

namespace quench::predictor {

/// Without a known value: the mean of the training curves.
class LastValue final : public CurvePredictor {
  public:
    [[nodiscard]] std::string_view name() const override { return "last"; }
    [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                      const Question& question,
                                                                      std::uint64_t seed) const override;
};

/// Mean of the values at the question's target.
[[nodiscard]] double mean_answer(std::span<const Curve> training, const Question& question);

}  // namespace quench::predictor

// A Gaussian process on learning curves.
#pragma once

#include "predictor/curve_predictor.hpp"

namespace quench::predictor::gp {

/// What is left to go, value at the target less the last one, as a Gaussian process over the curve so far and
/// the parameters (Rasmussen, Williams 2006, chapter 2): squared exponential kernel with one length for the
/// curve's values and one for the parameters, plus a linear term in both, plus noise; lengths, noise and
/// linear part maximise the marginal likelihood over a grid, the variance of the process does so in closed
/// form. Its standard deviation is the spread. O(n^3) in training curves, of which at most `most_curves` are
/// used, the first ones.
class GpPredictor final : public CurvePredictor {
  public:
    static constexpr std::size_t most_curves = 300;
    [[nodiscard]] std::string_view name() const override { return "gp"; }
    [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                      const Question& question,
                                                                      std::uint64_t seed) const override;
};

}  // namespace quench::predictor::gp

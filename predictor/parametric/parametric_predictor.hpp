// Families of learning curves, fitted to each curve by itself and weighed against each other.
#pragma once

#include "predictor/curve_predictor.hpp"

namespace quench::predictor::parametric {

/// An ensemble of c + a f(t; b) with f a power, an exponential, a Hill (MMF) curve and a logarithmic power
/// (families of Domhan et al. 2015); c and a by least squares for each b of a grid, weights by the Bayesian
/// information criterion over families and grid. What the training curves teach is one number, how far the
/// extrapolation can be trusted: last + trust (extrapolation - last), trust in [0, 1] by least squares. Fewer
/// than four known values: the last one.
class ParametricPredictor final : public CurvePredictor {
  public:
    [[nodiscard]] std::string_view name() const override { return "parametric"; }
    [[nodiscard]] base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                      const Question& question,
                                                                      std::uint64_t seed) const override;
};

/// Mean and standard deviation of the ensemble's values at step `target`, from those at steps 1, 2, ... . At
/// least four.
struct Extrapolation {
    double mean = 0;
    double deviation = 0;
};
[[nodiscard]] Extrapolation extrapolate(std::span<const double> values, std::size_t target);

}  // namespace quench::predictor::parametric

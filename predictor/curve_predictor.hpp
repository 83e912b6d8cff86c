// The interface of everything that forecasts learning curves.
#pragma once

#include "base/result.hpp"
#include "predictor/curve.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace quench::predictor {

/// A value, and how far off it may be in comparison with other predictions of the same model. The unit of the
/// spread is found by calibration (forecaster.hpp); a model that knows no difference says 1.
struct Prediction {
    double value = 0;
    double spread = 1;
};

/// How near a fit by annealing came to its optimum: energies (lower is better; offset-free, negative).
struct EnergyReport {
    double lowest = 0;      ///< of the samples
    double continuous = 0;  ///< the optimum without bits, in the same box: no sample is lower
    double random = 0;      ///< the lowest of as many random bit strings
    /// (lowest - continuous) / |continuous|
    [[nodiscard]] double gap() const;
    [[nodiscard]] double random_gap() const;
};

/// A fitted model. Immutable; thread-safe.
class CurveModel {
  public:
    virtual ~CurveModel() = default;
    /// `curve` has the question's known values, and the parameters of the training curves.
    [[nodiscard]] virtual Prediction predict(const Curve& curve) const = 0;
    /// Of models that are fitted by annealing.
    [[nodiscard]] virtual std::optional<EnergyReport> energies() const { return std::nullopt; }
};

/// Fits models. Everything that is learnt, scalers included, is learnt from `training` alone; the same
/// training curves and seed give the same model. Thread-safe.
class CurvePredictor {
  public:
    virtual ~CurvePredictor() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// `training`: at least two curves, all with the answer to the question and with as many parameters. An
    /// Error if this predictor can learn nothing from them.
    [[nodiscard]] virtual base::Result<std::unique_ptr<const CurveModel>> fit(std::span<const Curve> training,
                                                                              const Question& question,
                                                                              std::uint64_t seed) const = 0;
};

}  // namespace quench::predictor

// A fitted predictor with calibrated uncertainty: what schedulers ask.
#pragma once

#include "predictor/curve_predictor.hpp"

#include <vector>

namespace quench::predictor {

struct FitOptions {
    std::uint64_t seed = 0;
    /// Parts of the cross-validation that calibrates; as many as there are configurations: leave-one-out.
    std::size_t folds = 10;
};

/// What the unknown value will be.
struct Forecast {
    double value = 0;
    double deviation = 0;  ///< root mean square of the error to expect
    double low = 0;        ///< between low and high with probability `coverage`
    double high = 0;
    static constexpr double coverage = 0.9;
};

/// A model together with the errors that it makes on curves that it has not seen: those of a cross-validation
/// over the training curves in which runs of one configuration are never split (cross-conformal prediction,
/// Vovk 2015). Immutable; thread-safe; movable.
class Forecaster {
  public:
    /// Fewer usable curves, or configurations, than this teach nothing that could be checked.
    static constexpr std::size_t fewest_curves = 5, fewest_configurations = 3;

    /// Curves without the answer (too short, NaN, infinite) are left out and counted. An Error for too few of
    /// the others, for a question without sense, or what the predictor says.
    [[nodiscard]] static base::Result<Forecaster> fit(const CurvePredictor& predictor,
                                                      std::span<const Curve> training,
                                                      const Question& question,
                                                      const FitOptions& options = {});

    /// An Error for a curve without the known values, or with another number of parameters.
    [[nodiscard]] base::Result<Forecast> forecast(const Curve& curve) const;
    /// The probability that the unknown value is below `threshold`.
    [[nodiscard]] base::Result<double> probability_below(const Curve& curve, double threshold) const;

    [[nodiscard]] const Question& question() const { return question_; }
    [[nodiscard]] std::size_t used() const { return used_; }
    [[nodiscard]] std::size_t left_out() const { return left_out_; }
    /// Root mean square and R2 of the cross-validation's predictions.
    [[nodiscard]] double validation_error() const { return validation_error_; }
    [[nodiscard]] double validation_r2() const { return validation_r2_; }
    /// (truth - value) / spread of the cross-validation's predictions, sorted.
    [[nodiscard]] std::span<const double> scores() const { return scores_; }
    /// A forecast with the unit of its scores.
    [[nodiscard]] base::Result<Prediction> predict(const Curve& curve) const;
    [[nodiscard]] std::optional<EnergyReport> energies() const { return model_->energies(); }

  private:
    base::Result<> calibrate(const CurvePredictor& predictor, const std::vector<Curve>& curves,
                             const FitOptions& options);

    Question question_;
    std::size_t parameters_ = 0, used_ = 0, left_out_ = 0;
    std::unique_ptr<const CurveModel> model_;
    std::vector<double> scores_;  ///< (truth - value) / spread of the held-out curves, sorted
    double score_error_ = 0;      ///< their root mean square
    double width_ = 0;            ///< of the interval, in spreads
    double bandwidth_ = 0;        ///< of the smoothing of scores
    double validation_error_ = 0, validation_r2_ = 0;
};

}  // namespace quench::predictor

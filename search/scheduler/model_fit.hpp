// A model of learning curves that judgements wait for.
#pragma once

#include "predictor/curve_predictor.hpp"
#include "search/scheduler/scheduler.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace quench::search::scheduler {

/// Everything that goes into a fit, and the fit once it was asked for. What it was made of never changes, so
/// that clones of a scheduler share it.
class ModelFit final : public Work {
  public:
    using Model = base::Result<std::unique_ptr<const predictor::CurveModel>>;

    ModelFit(std::shared_ptr<const predictor::CurvePredictor> predictor,
             std::vector<predictor::Curve> training, predictor::Question question);

    void run() const override;
    [[nodiscard]] bool done() const override { return done_; }

    /// Fits where that is not done. An Error where nothing can be learnt.
    [[nodiscard]] const Model& model() const;
    [[nodiscard]] const predictor::Question& question() const { return question_; }
    [[nodiscard]] std::size_t curves() const { return training_.size(); }
    /// The forecast for a curve; nothing where there is none, or no finite one.
    [[nodiscard]] std::optional<double> forecast(const predictor::Curve& curve) const;

  private:
    std::shared_ptr<const predictor::CurvePredictor> predictor_;
    std::vector<predictor::Curve> training_;
    predictor::Question question_;
    mutable std::once_flag once_;
    mutable std::optional<Model> model_;
    mutable std::atomic<bool> done_ = false;
};

}  // namespace quench::search::scheduler
